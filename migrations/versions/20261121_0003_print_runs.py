"""print runs."""

import sqlalchemy as sa
from alembic import op

revision = "20261121_0003"
down_revision = "20261121_0002"


def upgrade() -> None:
    op.create_table(
        "print_run",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=True),
        sa.Column("paper", sa.String(length=32), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("moved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_print_run_campaign_id_campaign")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_print_run")),
        sa.UniqueConstraint("campaign_id", "number", name=op.f("uq_print_run_campaign_id_number")),
    )
    run = sa.ForeignKey("print_run.id", name=op.f("fk_letter_print_run_id_print_run"))
    # inline: SQLite would otherwise copy the table, and refuse while deliveries point to it
    op.add_column("letter", sa.Column("print_run_id", sa.Uuid(), run, nullable=True), inline_references=True)
    op.create_index(op.f("ix_letter_print_run_id"), "letter", ["print_run_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_letter_print_run_id"), table_name="letter")
    op.drop_column("letter", "print_run_id")
    op.drop_table("print_run")
