"""The statements that fill a database: one for each table and part, in the words of each database."""

DAYS = 70  # over which the letters came
COUNTRIES = "".join(f"{first}{second}" for first in "ABCDE" for second in "ABCDEFGH")
TABLES = ("submission", "letter", "delivery", "audit_entry", "idempotency")

DIALECT = {
    "postgresql": {
        "id": "(lpad(to_hex(1700000000000 + ({n}) / 10), 12, '0') || '7000{kind}' || lpad(to_hex({n}), 15, '0'))::uuid",
        "digest": "decode(md5(({n})::text) || md5('x' || ({n})), 'hex')",
        "bytes": "decode(repeat(md5(({n})::text), 20), 'hex')",
        "numbers": "generate_series({first}::bigint, {last} - 1) AS i(n)",
        "day": "((now() AT TIME ZONE 'UTC') + make_interval(secs => {seconds}))::date",
        "at": "now() + make_interval(secs => {seconds})",
    },
    "sqlite": {
        "id": "printf('%012x7000{kind}%015x', 1700000000000 + ({n}) / 10, {n})",
        "digest": "CAST(printf('%016x%016x', ({n}) * 7919 % 1000003, {n}) AS BLOB)",
        "bytes": "zeroblob(300)",
        "numbers": "(WITH RECURSIVE i(n) AS (SELECT {first} UNION ALL SELECT n + 1 FROM i WHERE n < {last} - 1)"
        " SELECT n FROM i)",
        "day": "date('now', ({seconds}) || ' seconds')",
        "at": "strftime('%Y-%m-%d %H:%M:%f', 'now', ({seconds}) || ' seconds') || '000'",
    },
}


class _Words:
    """What a row is, by its number: the same on both databases."""

    def __init__(self, words: dict[str, str], campaigns: int, letters: int) -> None:
        self.words, self.campaigns, self.letters = words, campaigns, letters
        self.waiting = max(2_000, letters // 100)  # letters in the queue

    def id_(self, kind: str, n: str) -> str:
        return self.words["id"].format(kind=kind, n=n)

    def of(self, name: str, n: str) -> str:
        return self.words[name].format(n=n)

    def numbers(self, first: int, last: int, *, person: str = "n") -> str:
        """Rows of these numbers, each with its campaign `c`."""
        numbers = self.words["numbers"].format(first=first, last=last)
        return f"{numbers} CROSS JOIN growing AS c WHERE c.number = {person} % {self.campaigns}"

    def letters_of(self, first: int, last: int) -> str:
        """Letters of these numbers, each with its campaign `c` and its office `o`."""
        numbers = self.words["numbers"].format(first=first, last=last)
        return (
            f"{numbers} CROSS JOIN growing AS c CROSS JOIN growing AS o WHERE c.number = n / 3 % {self.campaigns}"
            f" AND o.number = (n / 3 + n % 3) % {self.campaigns}"
        )

    def when(self, word: str, n: str) -> str:
        """Letters come evenly: number n so many seconds ago."""
        return self.words[word].format(seconds=f"({n} - {self.letters}) * {DAYS * 86_400 / self.letters:.6f}")

    def country(self, person: str) -> str:
        return f"substr('{COUNTRIES}', CAST({person} * 31 / 200 % {len(COUNTRIES) // 2} * 2 + 1 AS INTEGER), 2)"

    def is_late(self, person: str) -> str:
        """Who has not confirmed: one in ten."""
        return f"({person} * 7919) % 997 < 100"

    def is_held(self, person: str) -> str:
        """Whose words an organiser has yet to read."""
        return f"({person} * 104729) % 9973 < 20"

    def by_post(self, person: str, n: str) -> str:
        return f"{n} % 3 = 2 AND {person} % 10 = 0"

    def stage(self, n: str) -> str:
        person = f"({n} / 3)"
        draw = f"({n} * 7919) % 9973"
        return (
            f"CASE WHEN {self.is_late(person)} THEN"
            f" CASE WHEN {n} >= {self.letters * (DAYS - 6) // DAYS} THEN 'unconfirmed' ELSE 'expired' END"
            f" WHEN {self.by_post(person, n)} THEN"
            f" CASE WHEN {n} >= {self.letters * 9 // 10} THEN 'ready' ELSE 'posted' END"
            f" WHEN {n} >= {self.letters - self.waiting} THEN 'queued'"
            f" WHEN {draw} < 20 THEN 'failed' WHEN {self.is_held(person)} THEN 'held' WHEN {draw} < 90 THEN 'bounced'"
            f" WHEN {draw} < 140 THEN 'cancelled' ELSE 'sent' END"
        )


def statements(words: dict[str, str], campaigns: int, letters: int, *, step: int) -> list[list[str]]:
    """Return those of submissions, those of letters, and the others."""
    row = _Words(words, campaigns, letters)
    parts = [(first, min(first + step, letters)) for first in range(0, letters, step)]
    people = [(first // 3, -(-last // 3)) for first, last in parts]
    others = [_deliveries(row, *part) for part in parts] + [_notices(row, *part) for part in people]
    return [
        [_submissions(row, *part) for part in people],
        [_letters(row, *part) for part in parts],
        [*others, _answers(row), _audit(row)],
    ]


def _submissions(row: _Words, first: int, last: int) -> str:
    late, old = row.is_late("n"), f"n * 3 < {row.letters * (DAYS - 6) // DAYS}"
    gone = f"({late} AND {old})"
    at = row.when("at", "n * 3")
    return (
        "INSERT INTO submission (id, campaign_id, sealed, digest, country, language, consent_contact, consent_copies,"
        " consent_answers, consent_wording, first, created_at, confirmed_at, erased_at)"
        f" SELECT {row.id_('1', 'n')}, c.campaign_id,"
        f" CASE WHEN {gone} OR {row.is_held('n')} THEN NULL ELSE {row.of('bytes', 'n')} END,"
        f" CASE WHEN {gone} THEN NULL ELSE {row.of('digest', 'n')} END, {row.country('n')}, 'en', n % 2 = 0, false,"
        f" false, 'x', NOT ({late}), {at}, CASE WHEN {late} THEN NULL ELSE {at} END,"
        f" CASE WHEN {gone} THEN {at} ELSE NULL END FROM {row.numbers(first, last)}"
    )


def _letters(row: _Words, first: int, last: int) -> str:
    person = "(n / 3)"
    at = row.when("at", "n")
    gone = f"{row.is_late(person)} AND n < {row.letters * (DAYS - 6) // DAYS}"
    reason = (
        "CASE stage WHEN 'held' THEN 'moderation' WHEN 'failed' THEN 'gave_up' WHEN 'cancelled' THEN 'duplicate' END"
    )
    inner = (
        f"SELECT {row.id_('2', 'n')} AS id, {row.id_('1', person)} AS s, c.campaign_id AS c,"
        f" c.brief_id AS b, o.office_id AS o, {row.country(person)} AS country,"
        f" CASE WHEN {row.by_post(person, 'n')} THEN 'post' ELSE 'email' END AS channel, {row.stage('n')} AS stage,"
        f" {row.when('day', 'n')} AS day, n AS seed,"
        f" CASE WHEN {gone} THEN NULL ELSE {row.of('digest', person)} END AS digest, {at} AS at"
        f" FROM {row.letters_of(first, last)}"
    )
    return (
        "INSERT INTO letter (id, submission_id, campaign_id, brief_id, office_id, country, language, channel, stage,"
        " stage_on, seed, digest, round, reason, created_at, moved_at) SELECT id, s, c, b, o, country, 'en', channel,"
        f" stage, day, seed, digest, 0, {reason}, at, at FROM ({inner}) AS made"
    )


def _deliveries(row: _Words, first: int, last: int) -> str:
    """One for each letter by e-mail that was confirmed. One in twenty of the queue was tried, and waits an hour."""
    person = "(n / 3)"
    waits = f"{row.stage('n')} = 'queued'"
    due = row.words["at"].format(seconds="CASE WHEN n % 20 = 0 THEN 3600 ELSE -60 END")
    which = f"NOT ({row.is_late(person)}) AND NOT ({row.by_post(person, 'n')})"
    return (
        "INSERT INTO delivery (id, submission_id, letter_id, campaign_id, office_id, due_at, attempts, crashes,"
        f" uncertain, last_reply, created_at) SELECT {row.id_('3', 'n')}, {row.id_('1', person)}, {row.id_('2', 'n')},"
        f" c.campaign_id, o.office_id, CASE WHEN {waits} THEN {due} ELSE NULL END,"
        f" CASE WHEN {waits} AND n % 20 <> 0 THEN 0 ELSE 1 END, 0, false,"
        f" CASE WHEN NOT ({waits}) THEN '250 2.0.0 Ok' WHEN n % 20 = 0 THEN '451 4.3.0 Later' END,"
        f" {row.when('at', 'n')} FROM {row.letters_of(first, last)} AND {which}"
    )


def _notices(row: _Words, first: int, last: int) -> str:
    """The question for everybody, and a reminder for whoever did not answer it. Some of the newest have not left."""
    at = row.when("at", "n * 3")
    waits = f"n >= {(row.letters - row.waiting) // 3} AND n % 5 = 0"
    columns = (
        "INSERT INTO delivery (id, submission_id, notice, due_at, attempts, crashes, uncertain, last_reply, created_at)"
    )
    asked = (
        f"SELECT {row.id_('4', 'n')}, {row.id_('1', 'n')}, 'confirm', CASE WHEN {waits} THEN {at} ELSE NULL END,"
        f" CASE WHEN {waits} THEN 0 ELSE 1 END, 0, false, CASE WHEN {waits} THEN NULL ELSE '250 2.0.0 Ok' END, {at}"
        f" FROM {row.numbers(first, last)}"
    )
    old = f"n * 3 < {row.letters * (DAYS - 2) // DAYS}"
    reminded = (
        f"SELECT {row.id_('5', 'n')}, {row.id_('1', 'n')}, 'remind', NULL, 1, 0, false, '250 2.0.0 Ok', {at}"
        f" FROM {row.numbers(first, last)} AND {row.is_late('n')} AND {old}"
    )
    return f"{columns} {asked} UNION ALL {reminded}"


def _answers(row: _Words) -> str:
    """Answers kept for repeated requests: those of the last day."""
    return (
        "INSERT INTO idempotency (key, request, answer, created_at)"
        f" SELECT {row.of('digest', 'n')}, {row.of('digest', 'n')}, '{{}}', {row.when('at', 'n * 3')}"
        f" FROM {row.numbers(row.letters * (DAYS - 1) // DAYS // 3, row.letters // 3)}"
    )


def _audit(row: _Words) -> str:
    """One deed for every hundred letters."""
    return (
        "INSERT INTO audit_entry (id, at, organisation_id, deed, kind, thing_id, thing, changes)"
        f" SELECT {row.id_('6', 'n')}, {row.when('at', 'n * 100')}, c.organisation_id, 'changed',"
        f" 'campaign', c.campaign_id, 'grown', '{{}}' FROM {row.numbers(0, row.letters // 100)}"
    )
