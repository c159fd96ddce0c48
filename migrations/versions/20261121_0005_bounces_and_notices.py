"""bounces and notices."""

import sqlalchemy as sa
from alembic import op

revision = "20261121_0005"
down_revision = "20261121_0004"

FLAGS = (("campaign", "keep_answers"), ("submission", "consent_copies"), ("submission", "consent_answers"))
UNTOLD = sa.text("told_at IS NULL")
ABOUT = sa.text("about IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        "notice_count",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("notices", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("digest", "day", name=op.f("pk_notice_count")),
    )
    op.create_table(
        "news",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("text", sa.JSON(), nullable=False),
        sa.Column("prisoner_id", sa.Uuid(), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_to", sa.Uuid(), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_news_campaign_id_campaign")),
        sa.ForeignKeyConstraint(["prisoner_id"], ["prisoner.id"], name=op.f("fk_news_prisoner_id_prisoner")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_news")),
    )
    op.create_index(op.f("ix_news_campaign_id"), "news", ["campaign_id"])
    op.create_index("ix_news_untold", "news", ["id"], sqlite_where=UNTOLD, postgresql_where=UNTOLD)
    op.create_table(
        "soft_bounce",
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_soft_bounce_office_id_office")),
        sa.PrimaryKeyConstraint("office_id", "address", "day", name=op.f("pk_soft_bounce")),
    )
    op.create_table(
        "enclosure",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("letter_id", sa.Uuid(), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["letter_id"], ["letter.id"], name=op.f("fk_enclosure_letter_id_letter")),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submission.id"], name=op.f("fk_enclosure_submission_id_submission")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enclosure")),
    )
    op.create_index(op.f("ix_enclosure_submission_id"), "enclosure", ["submission_id"])
    op.add_column("delivery", sa.Column("about", sa.Uuid(), nullable=True))
    op.create_index("ix_delivery_about", "delivery", ["about"], sqlite_where=ABOUT, postgresql_where=ABOUT)
    op.add_column("letter", sa.Column("answer", sa.String(length=32), nullable=True))
    op.add_column("letter", sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("letter", sa.Column("sealed_answer", sa.LargeBinary(), nullable=True))
    for table, name in FLAGS:
        op.add_column(table, sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    for table, name in FLAGS:
        op.drop_column(table, name)
    for name in ("sealed_answer", "answered_at", "answer"):
        op.drop_column("letter", name)
    op.drop_index("ix_delivery_about", "delivery")
    op.drop_column("delivery", "about")
    for table in ("enclosure", "soft_bounce", "news", "notice_count"):
        op.drop_table(table)
