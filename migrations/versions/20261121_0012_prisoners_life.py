"""prisoners' life: what happens to them, who speaks of them, and how many there are."""

import sqlalchemy as sa
from alembic import op

revision = "20261121_0012"
down_revision = "20261121_0011"


def upgrade() -> None:
    op.create_table(
        "figure",
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("as_of", sa.String(length=10), nullable=False),
        sa.Column("source_title", sa.String(), nullable=False),
        sa.Column("source_url", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_figure_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_figure")),
    )
    with op.batch_alter_table("figure", schema=None) as batch_op:
        batch_op.create_index("ix_figure_country_as_of", ["country", "as_of", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_figure_organisation_id"), ["organisation_id"], unique=False)

    op.create_table(
        "news_item",
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("publisher", sa.String(), nullable=False),
        sa.Column("published_on", sa.String(length=10), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("excerpt", sa.String(length=600), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("prisoner_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["prisoner_id"], ["prisoner.id"], name=op.f("fk_news_item_prisoner_id_prisoner")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_news_item")),
    )
    with op.batch_alter_table("news_item", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_news_item_prisoner_id"), ["prisoner_id"], unique=False)

    op.create_table(
        "statement",
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("said_on", sa.String(length=10), nullable=False),
        sa.Column("consented_on", sa.String(length=10), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("prisoner_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["prisoner_id"], ["prisoner.id"], name=op.f("fk_statement_prisoner_id_prisoner")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_statement")),
    )
    with op.batch_alter_table("statement", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_statement_prisoner_id"), ["prisoner_id"], unique=False)

    with op.batch_alter_table("prisoner", schema=None) as batch_op:
        batch_op.add_column(sa.Column("recognised_by", sa.JSON(), nullable=False))
        batch_op.add_column(sa.Column("status_given", sa.String(length=32), nullable=False))

    with op.batch_alter_table("prisoner_event", schema=None) as batch_op:
        batch_op.add_column(sa.Column("source_title", sa.String(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("prisoner_event", schema=None) as batch_op:
        batch_op.drop_column("source_title")

    with op.batch_alter_table("prisoner", schema=None) as batch_op:
        batch_op.drop_column("status_given")
        batch_op.drop_column("recognised_by")

    op.drop_table("statement")
    op.drop_table("news_item")
    op.drop_table("figure")
