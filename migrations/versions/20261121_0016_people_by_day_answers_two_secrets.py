"""people by day, answers by office, two secrets of a webhook for a day."""

from collections import Counter
from datetime import UTC
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op

revision = "20261121_0016"
down_revision = "20261121_0014"

AT_ONCE = 5_000
ANSWERED = sa.text("answer IS NOT NULL")


def upgrade() -> None:
    days = op.create_table(
        "supporter_day",
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("supporters", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_supporter_day_campaign_id_campaign")),
        sa.PrimaryKeyConstraint("campaign_id", "day", name=op.f("pk_supporter_day")),
    )
    op.create_index(
        "ix_letter_answered",
        "letter",
        ["campaign_id", "office_id", "answer"],
        sqlite_where=ANSWERED,
        postgresql_where=ANSWERED,
    )
    with op.batch_alter_table("webhook", schema=None) as batch_op:
        batch_op.add_column(sa.Column("sealed_secret_before", sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column("secret_changed_at", sa.DateTime(timezone=True), nullable=True))
    counted = _count()
    if counted:
        op.bulk_insert(days, [{"campaign_id": each, "day": day, "supporters": n} for (each, day), n in counted.items()])


def _count() -> Counter:
    """Count who confirmed on which day of their campaign: the databases do not share a way to tell it."""
    campaign = sa.table("campaign", sa.column("id", sa.Uuid()), sa.column("timezone"))
    submission = sa.table(
        "submission",
        sa.column("campaign_id", sa.Uuid()),
        sa.column("confirmed_at", sa.DateTime(timezone=True)),
        sa.column("first", sa.Boolean()),
    )
    which = sa.select(submission.c.campaign_id, submission.c.confirmed_at, campaign.c.timezone).join_from(
        submission, campaign, submission.c.campaign_id == campaign.c.id
    )
    counted = Counter()
    found = op.get_bind().execute(which.where(submission.c.first), execution_options={"yield_per": AT_ONCE})
    for campaign_id, at, zone in found:
        aware = at if at.tzinfo else at.replace(tzinfo=UTC)
        counted[campaign_id, aware.astimezone(ZoneInfo(zone)).date()] += 1
    return counted


def downgrade() -> None:
    with op.batch_alter_table("webhook", schema=None) as batch_op:
        batch_op.drop_column("secret_changed_at")
        batch_op.drop_column("sealed_secret_before")
    op.drop_index("ix_letter_answered", "letter")
    op.drop_table("supporter_day")
