"""pacing."""

import uuid

import sqlalchemy as sa
from alembic import op

revision = "20261121_0004"
down_revision = "20261121_0003"


def upgrade() -> None:
    op.create_table(
        "attempt_tally",
        sa.Column("outcome", sa.String(length=32), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("outcome", name=op.f("pk_attempt_tally")),
    )
    op.create_table(
        "destination",
        sa.Column("domain", sa.String(length=255), nullable=False),
        sa.Column("concurrency", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("domain", name=op.f("pk_destination")),
    )
    op.create_table(
        "organisation_day",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("letters", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_organisation_day_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "day", name=op.f("pk_organisation_day")),
    )
    op.create_table(
        "office_pace",
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("slot_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_office_pace_office_id_office")),
        sa.PrimaryKeyConstraint("office_id", name=op.f("pk_office_pace")),
    )
    op.create_table(
        "stream",
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("turn_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_stream_campaign_id_campaign")),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_stream_office_id_office")),
        sa.PrimaryKeyConstraint("campaign_id", "office_id", name=op.f("pk_stream")),
    )
    with op.batch_alter_table("campaign", schema=None) as batch_op:
        batch_op.add_column(sa.Column("trouble", sa.String(length=500), nullable=True))

    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.add_column(sa.Column("campaign_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("office_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("crashes", sa.Integer(), nullable=False, server_default="0"))
        batch_op.create_index(
            "ix_delivery_leased",
            ["due_at"],
            unique=False,
            sqlite_where=sa.text("lease IS NOT NULL"),
            postgresql_where=sa.text("lease IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_delivery_stream",
            ["office_id", "campaign_id", "due_at"],
            unique=False,
            sqlite_where=sa.text("due_at IS NOT NULL AND office_id IS NOT NULL"),
            postgresql_where=sa.text("due_at IS NOT NULL AND office_id IS NOT NULL"),
        )

    _fill()
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.create_check_constraint(
            "in_a_stream", "letter_id IS NULL OR (office_id IS NOT NULL AND campaign_id IS NOT NULL)"
        )

    with op.batch_alter_table("office", schema=None) as batch_op:
        batch_op.add_column(sa.Column("hourly_limit", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("daily_limit", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("open_hours", sa.JSON(), nullable=True))


def _fill() -> None:
    """Put what is there already into streams: letters that wait, and the offices that published campaigns write to."""
    for name in ("campaign_id", "office_id"):
        op.execute(
            f"UPDATE delivery SET {name} = (SELECT {name} FROM letter WHERE letter.id = delivery.letter_id)"  # noqa: S608 - ours
            " WHERE letter_id IS NOT NULL"
        )
    brief = sa.table("brief", sa.column("campaign_id", sa.Uuid()), sa.column("content", sa.JSON()))
    stream = sa.table("stream", sa.column("campaign_id", sa.Uuid()), sa.column("office_id", sa.Uuid()))
    pairs = {
        (campaign_id, uuid.UUID(office["id"]))
        for campaign_id, content in op.get_bind().execute(sa.select(brief))
        for office in content["offices"]
    }
    op.bulk_insert(stream, [{"campaign_id": campaign_id, "office_id": office_id} for campaign_id, office_id in pairs])


def downgrade() -> None:
    with op.batch_alter_table("office", schema=None) as batch_op:
        batch_op.drop_column("open_hours")
        batch_op.drop_column("daily_limit")
        batch_op.drop_column("hourly_limit")

    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.drop_constraint("in_a_stream", type_="check")
        batch_op.drop_index(
            "ix_delivery_stream",
            sqlite_where=sa.text("due_at IS NOT NULL AND office_id IS NOT NULL"),
            postgresql_where=sa.text("due_at IS NOT NULL AND office_id IS NOT NULL"),
        )
        batch_op.drop_index(
            "ix_delivery_leased",
            sqlite_where=sa.text("lease IS NOT NULL"),
            postgresql_where=sa.text("lease IS NOT NULL"),
        )
        batch_op.drop_column("crashes")
        batch_op.drop_column("office_id")
        batch_op.drop_column("campaign_id")

    with op.batch_alter_table("campaign", schema=None) as batch_op:
        batch_op.drop_column("trouble")

    op.drop_table("stream")
    op.drop_table("office_pace")
    op.drop_table("organisation_day")
    op.drop_table("destination")
    op.drop_table("attempt_tally")
