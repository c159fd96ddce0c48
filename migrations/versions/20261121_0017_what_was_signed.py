"""what organisations have signed, and in which language they are written to."""

import sqlalchemy as sa
from alembic import op

revision = "20261121_0017"
down_revision = "20261121_0016"


def upgrade() -> None:
    with op.batch_alter_table("endorsement", schema=None) as batch_op:
        batch_op.add_column(sa.Column("language", sa.String(length=16), nullable=True))
        batch_op.add_column(sa.Column("signed", sa.JSON(), server_default="[]", nullable=False))
    with op.batch_alter_table("endorsement", schema=None) as batch_op:
        batch_op.alter_column("signed", server_default=None)
    _keep_what_was_signed()


def _keep_what_was_signed() -> None:
    """Who has signed has read the demands as they stand on the campaign's row."""
    campaign = sa.table("campaign", sa.column("id", sa.Uuid()), sa.column("demands", sa.JSON()))
    endorsement = sa.table(
        "endorsement",
        sa.column("id", sa.Uuid()),
        sa.column("campaign_id", sa.Uuid()),
        sa.column("status"),
        sa.column("signed", sa.JSON()),
    )
    which = sa.select(endorsement.c.id, campaign.c.demands).join_from(
        endorsement, campaign, endorsement.c.campaign_id == campaign.c.id
    )
    connection = op.get_bind()
    for id_, demands in connection.execute(which.where(endorsement.c.status == "confirmed")).all():
        connection.execute(sa.update(endorsement).where(endorsement.c.id == id_).values(signed=[demands]))


def downgrade() -> None:
    op.execute("UPDATE endorsement SET status = 'confirmed' WHERE status = 'asked_again'")
    with op.batch_alter_table("endorsement", schema=None) as batch_op:
        batch_op.drop_column("signed")
        batch_op.drop_column("language")
