"""campaign life."""

import sqlalchemy as sa
from alembic import op

revision = "20261121_0011"
down_revision = "20261121_0010"


def upgrade() -> None:
    op.create_table(
        "approval",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("edition", sa.String(length=64), nullable=False),
        sa.Column("organiser_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_approval_campaign_id_campaign")),
        sa.ForeignKeyConstraint(["organiser_id"], ["organiser.id"], name=op.f("fk_approval_organiser_id_organiser")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval")),
        sa.UniqueConstraint(
            "campaign_id", "edition", "organiser_id", name=op.f("uq_approval_campaign_id_edition_organiser_id")
        ),
    )
    op.create_table(
        "endorsement",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("external_id", sa.String(length=200), nullable=True),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("folded", sa.String(length=600), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("website", sa.String(length=500), nullable=True),
        sa.Column("signatory", sa.String(length=100), nullable=True),
        sa.Column("signatory_role", sa.String(length=200), nullable=True),
        sa.Column("sealed_email", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_endorsement_campaign_id_campaign")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_endorsement")),
    )
    with op.batch_alter_table("endorsement", schema=None) as batch_op:
        batch_op.create_index("uq_endorsement_external_id", ["campaign_id", "external_id"], unique=True)
        batch_op.create_index(
            "uq_endorsement_once",
            ["campaign_id", "folded"],
            unique=True,
            sqlite_where=sa.text("status <> 'withdrawn'"),
            postgresql_where=sa.text("status <> 'withdrawn'"),
        )

    op.create_table(
        "preview_link",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_preview_link_campaign_id_campaign")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_preview_link")),
    )
    with op.batch_alter_table("preview_link", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_preview_link_campaign_id"), ["campaign_id"], unique=False)

    with op.batch_alter_table("account_link", schema=None) as batch_op:
        batch_op.add_column(sa.Column("endorsement_id", sa.Uuid(), nullable=True))
        batch_op.create_index(batch_op.f("ix_account_link_endorsement_id"), ["endorsement_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_account_link_endorsement_id_endorsement"), "endorsement", ["endorsement_id"], ["id"]
        )

    op.add_column("campaign", sa.Column("instructions", sa.JSON(), nullable=False, server_default="{}"))

    op.add_column("letter", sa.Column("kind", sa.String(length=32), server_default="personal", nullable=False))

    op.add_column("news", sa.Column("instructions", sa.JSON(), nullable=False, server_default="{}"))

    op.add_column(
        "organisation", sa.Column("two_person_review", sa.Boolean(), nullable=False, server_default=sa.false())
    )


def downgrade() -> None:
    op.execute("DELETE FROM account_link WHERE purpose = 'endorse'")
    op.execute("DELETE FROM tally WHERE dimension = 'kind'")
    op.execute("UPDATE letter SET reason = 'by_organiser' WHERE reason = 'no_endorsers'")

    op.drop_column("organisation", "two_person_review")

    op.drop_column("news", "instructions")

    op.drop_column("letter", "kind")

    op.drop_column("campaign", "instructions")

    with op.batch_alter_table("account_link", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_account_link_endorsement_id_endorsement"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_account_link_endorsement_id"))
        batch_op.drop_column("endorsement_id")

    with op.batch_alter_table("preview_link", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_preview_link_campaign_id"))

    op.drop_table("preview_link")
    with op.batch_alter_table("endorsement", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_endorsement_once",
            sqlite_where=sa.text("status <> 'withdrawn'"),
            postgresql_where=sa.text("status <> 'withdrawn'"),
        )
        batch_op.drop_index("uq_endorsement_external_id")

    op.drop_table("endorsement")
    op.drop_table("approval")
