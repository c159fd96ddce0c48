"""Paper by country: its size, where its envelope has a window, and where it is folded. Lengths are millimetres."""

from dataclasses import dataclass

from app.models.paper import Paper

# Where A4 is not used: Unicode's CLDR, and the territories of the United States
LETTER_COUNTRIES = frozenset(
    ["AS", "BZ", "CA", "CL", "CO", "CR", "GT", "GU", "MP", "MX", "NI", "PA", "PH", "PR", "SV", "UM", "US", "VE", "VI"]
)
FRENCH = frozenset(["FR", "GF", "GP", "MQ", "RE", "YT", "PM", "BL", "MF", "WF", "PF", "NC", "TF", "MC"])
SWISS = frozenset(["CH", "LI"])
BY_TRADE = frozenset(["BE", "LU", "IT", "SM", "VA", "ES", "AD", "PT", "PL"])  # whose shops sell windows on the right
RIGHT_WINDOW_COUNTRIES = FRENCH | SWISS | BY_TRADE


@dataclass(frozen=True)
class Area:
    """A rectangle on a sheet, measured from the left and from the top."""

    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True)
class Format:
    """A sheet: what shows in the window, however the sheet slips in its envelope, and what stands elsewhere."""

    width: float
    height: float
    window: Area
    address: Area
    sender: Area
    text_top: float
    folds: tuple[float, float]
    return_line: Area | None = None


FORMATS = {
    Paper.A4_LEFT: Format(  # DIN 5008, form B: the sender's line, and under it the address
        width=210,
        height=297,
        window=Area(20, 45, 85, 45),
        address=Area(25, 62.7, 78, 26.3),
        sender=Area(125, 20, 65, 28),
        text_top=98.5,
        folds=(105, 210),
        return_line=Area(25, 57.5, 78, 4),
    ),
    Paper.A4_RIGHT: Format(  # what the windows of NF Z 11-001 (DL) and SN 010130 (C5/6) have in common
        width=210,
        height=297,
        window=Area(115, 45, 75, 40),
        address=Area(118, 50, 72, 34),
        sender=Area(25, 20, 80, 28),
        text_top=98.5,
        folds=(105, 210),
    ),
    Paper.LETTER: Format(  # number 10; the first fold at 100 mm leaves the sheet little room to slip
        width=215.9,
        height=279.4,
        window=Area(22.2, 63.5, 88.9, 23.8),
        address=Area(25.4, 64.5, 84, 22),
        sender=Area(25.4, 16, 84, 28),
        text_top=96,
        folds=(100, 190),
    ),
}


def paper_of(country: str) -> Paper:
    """Return the paper on which one writes in this country."""
    if country in LETTER_COUNTRIES:
        return Paper.LETTER
    return Paper.A4_RIGHT if country in RIGHT_WINDOW_COUNTRIES else Paper.A4_LEFT
