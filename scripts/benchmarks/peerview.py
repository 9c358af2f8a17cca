"""The read models of the stock way: what a Rostered, a Paid and a Visited change, one transaction each.

The tables are those of our models whose rows these events change, column by column. A row's entries
stand in one table apart and not in an array of each row: an array of a whole county's entries would
be written anew with every event. `test_bench_peer.py` holds the tables against our models.
"""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from eventsourcing.persistence import Tracking
from eventsourcing.postgres import PostgresDatastore, PostgresTrackingRecorder
from eventsourcing.projection import Projection
from psycopg import Cursor
from psycopg.sql import SQL

from aidledger.replay.agreement import CASE_COLUMNS

Values = dict[str, Any]

_NUMBERS: Final = frozenset(
    {
        "monthly_fen",
        "open_objections",
        "visits",
        "paid_lines",
        "paid_fen",
        "version",
        "last_position",
    }
)
_CASE: Final = [name for name in CASE_COLUMNS if name not in ("case", "positions")]

TABLES: Final = {
    "case_state": '"case" uuid PRIMARY KEY, '
    + ", ".join(
        f"{name} {'bigint' if name in _NUMBERS else 'date' if name.endswith('_on') else 'text'}"
        for name in _CASE
    ),
    "postings": "position bigint, line int, effective_on date, stream uuid, event text, account text,"
    " debit_fen bigint, credit_fen bigint, PRIMARY KEY (position, line)",
    "trial_balance": "account text PRIMARY KEY, debit_fen bigint, credit_fen bigint,"
    " balance_fen bigint",
    "payments_by_month": "month text, township text, rostered_lines bigint, rostered_fen bigint,"
    " issued_lines bigint, issued_fen bigint, returned_lines bigint, returned_fen bigint,"
    " recovered_fen bigint, net_fen bigint, PRIMARY KEY (month, township)",
    "arrears": '"case" uuid, month text, due_fen bigint, paid_fen bigint, arrears_fen bigint,'
    ' PRIMARY KEY ("case", month)',
    "list_paid": "village text, line bigint, village_name text, month text, kind text,"
    " display_name text, category text, persons bigint, amount_fen bigint, form text,"
    ' "case" uuid UNIQUE, PRIMARY KEY (village, line)',
    "base_record": '"case" uuid PRIMARY KEY, township text, health_on date, living_on date,'
    " care_on date, medical_visits bigint, assessed_on date, reported_on date, reported_to text",
    "visits_due": '"case" uuid, period text, from_on date, to_on date, class text,'
    " asked_months int, visits bigint, first_visit_on date, done boolean, state text,"
    ' PRIMARY KEY ("case", period)',
    "visit_share": "township text, period text, to_on date, due bigint, made bigint,"
    " permille bigint, asked_permille int, met boolean, PRIMARY KEY (township, period)",
    "row_entries": "model text, key text, position bigint, PRIMARY KEY (model, key, position)",
    "township_cases": "township text PRIMARY KEY, cases bigint",
}
"""Our models' columns but `positions`: those stand in `row_entries`, as do the rows of `list_approved`
and `targets`, of which these events change nothing else. `township_cases` says how many visits are
due in a month; `case` in `list_paid` tells whose line it is."""

CASE = SQL(
    "UPDATE case_state SET version = %(version)s, last_position = %(at)s,"
    " paid_lines = paid_lines + %(lines)s, paid_fen = paid_fen + %(paid)s,"
    " visits = visits + %(visits)s,"
    " last_visit_on = greatest(last_visit_on, %(visited_on)s::date)"
    ' WHERE "case" = %(case)s RETURNING township, village, display_name, programme, form, monthly_fen'
)
POSTED = SQL(
    "INSERT INTO postings VALUES"
    " (%(at)s, 1, %(on)s, %(case)s, %(event)s, %(debit)s, %(fen)s, 0),"
    " (%(at)s, 2, %(on)s, %(case)s, %(event)s, %(credit)s, 0, %(fen)s)"
)
BALANCED = SQL(
    "INSERT INTO trial_balance AS held VALUES"
    " (%(debit)s, %(fen)s, 0, %(fen)s), (%(credit)s, 0, %(fen)s, -%(fen)s)"
    " ON CONFLICT (account) DO UPDATE SET debit_fen = held.debit_fen + excluded.debit_fen,"
    " credit_fen = held.credit_fen + excluded.credit_fen,"
    " balance_fen = held.balance_fen + excluded.balance_fen"
)
MONTH = SQL(
    "INSERT INTO payments_by_month AS held VALUES (%(month)s, %(township)s,"
    " 1 - %(lines)s, %(fen)s - %(paid)s, %(lines)s, %(paid)s, 0, 0, 0, %(paid)s)"
    " ON CONFLICT (month, township) DO UPDATE SET"
    " rostered_lines = held.rostered_lines + excluded.rostered_lines,"
    " rostered_fen = held.rostered_fen + excluded.rostered_fen,"
    " issued_lines = held.issued_lines + excluded.issued_lines,"
    " issued_fen = held.issued_fen + excluded.issued_fen,"
    " net_fen = held.net_fen + excluded.net_fen"
)
ARREARS = SQL(
    "INSERT INTO arrears AS held VALUES"
    " (%(case)s, %(month)s, %(monthly_fen)s, %(paid)s, %(monthly_fen)s - %(paid)s)"
    ' ON CONFLICT ("case", month) DO UPDATE SET paid_fen = held.paid_fen + excluded.paid_fen,'
    " arrears_fen = held.arrears_fen - excluded.paid_fen"
)
OLD_LIST = SQL(
    "WITH old AS (DELETE FROM list_paid WHERE month < %(month)s)"
    " DELETE FROM row_entries WHERE model = 'list_paid'"
)
LISTED = SQL(
    "INSERT INTO list_paid AS held VALUES (%(village)s,"
    " (SELECT coalesce(max(line), 0) + 1 FROM list_paid WHERE village = %(village)s), '',"
    " %(month)s, 'person', %(display_name)s, %(programme)s, 1, %(paid)s, %(form)s, %(case)s)"
    ' ON CONFLICT ("case") DO UPDATE SET amount_fen = held.amount_fen + excluded.amount_fen'
)
FILED = SQL(
    'UPDATE base_record SET living_on = greatest(living_on, %(on)s::date) WHERE "case" = %(case)s'
)
VISITED = SQL(
    "INSERT INTO visits_due AS held VALUES (%(case)s, %(month)s, date_trunc('month', %(on)s::date),"
    " date_trunc('month', %(on)s::date) + interval '1 month - 1 day', 'key', 1, 1, %(on)s, true,"
    " 'met') ON CONFLICT (\"case\", period) DO UPDATE SET visits = held.visits + 1,"
    " first_visit_on = least(held.first_visit_on, excluded.first_visit_on) RETURNING visits"
)
SHARED = SQL(
    "INSERT INTO visit_share AS held SELECT township, %(month)s::text,"
    " date_trunc('month', %(on)s::date) + interval '1 month - 1 day', cases, 1, 1000 / cases, 1000,"
    " cases = 1 FROM township_cases WHERE township = %(township)s"
    " ON CONFLICT (township, period) DO UPDATE SET made = held.made + 1,"
    " permille = (held.made + 1) * 1000 / held.due, met = held.made + 1 = held.due"
)


class CountyView(PostgresTrackingRecorder):
    """The tables, each event written into those it changes, with the position, in one transaction."""

    def __init__(self, datastore: PostgresDatastore, **options: Any) -> None:
        super().__init__(datastore, **options)
        self.newest = ""
        self.sql_create_statements += [
            SQL(f"CREATE TABLE IF NOT EXISTS {name} ({columns})").format()
            for name, columns in TABLES.items()
        ]

    def opened(self, case: UUID, known: Values, tracking: Tracking) -> None:
        """Take over a case as it stands when it is approved."""
        with self.datastore.transaction(commit=True) as cursor:
            row = {name: known.get(name) for name in _CASE}
            marks = ", ".join(f"%({name})s" for name in _CASE)
            cursor.execute(
                f"INSERT INTO case_state VALUES (%(case)s, {marks})", {"case": case, **row}
            )
            cursor.execute(
                "INSERT INTO base_record VALUES (%(case)s, %(township)s, %(surveyed_on)s,"
                " %(surveyed_on)s, NULL, 0, %(surveyed_on)s, NULL, NULL)",
                {"case": case, **known},
            )
            cursor.execute(
                "INSERT INTO township_cases VALUES (%(township)s, 1)"
                " ON CONFLICT (township) DO UPDATE SET cases = township_cases.cases + 1",
                known,
            )
            self._insert_tracking(cursor, tracking)

    def money(self, change: Values, tracking: Tracking) -> None:
        """Write a line of a roster or a payment."""
        with self.datastore.transaction(commit=True) as cursor:
            given = self._case(cursor, change)
            case, month = given["case"], given["month"]
            given["debit"] = f"expenses:support/{given['programme']}"
            given["credit"] = owed = f"liabilities:owed/{case}"
            touched = []
            if given["lines"]:
                given["debit"], given["credit"] = owed, f"assets:{given['run']}"
                if month > self.newest:
                    cursor.execute(OLD_LIST, given)
                    self.newest = month
                cursor.execute(ARREARS, given)
                cursor.execute(LISTED, given)
                touched = [("arrears", f"{case} {month}"), ("list_paid", f"{case} {month}")]
            cursor.execute(POSTED, given)
            cursor.execute(BALANCED, given)
            cursor.execute(MONTH, given)
            touched += [
                ("postings", f"{given['at']} 1"),
                ("postings", f"{given['at']} 2"),
                ("trial_balance", given["debit"]),
                ("trial_balance", given["credit"]),
                ("payments_by_month", f"{month} {given['township']}"),
            ]
            self._keep(cursor, given, touched)
            self._insert_tracking(cursor, tracking)

    def visit(self, change: Values, tracking: Tracking) -> None:
        """Write a visit."""
        with self.datastore.transaction(commit=True) as cursor:
            given = self._case(cursor, change)
            case, month = given["case"], given["month"]
            cursor.execute(FILED, given)
            cursor.execute(VISITED, given)
            first = cursor.fetchone()
            if first is not None and first["visits"] == 1:
                cursor.execute(SHARED, given)
            touched = [
                ("base_record", str(case)),
                ("visits_due", f"{case} {month}"),
                ("visit_share", f"{given['township']} {month}"),
            ]
            self._keep(cursor, given, touched)
            self._insert_tracking(cursor, tracking)

    def _case(self, cursor: Cursor[Any], change: Values) -> Values:
        """Bring the case up to date; return the change with what stands of its case."""
        cursor.execute(CASE, change)
        return {**change, **(cursor.fetchone() or {})}

    def _keep(self, cursor: Cursor[Any], given: Values, touched: list[tuple[str, str]]) -> None:
        """Say which rows an event went into."""
        case = str(given["case"])
        rows = [
            *touched,
            ("case_state", case),
            ("list_approved", case),
            ("targets", "concentrated"),
        ]
        at = given["at"]
        values = ", ".join(["(%s, %s, %s)"] * len(rows))
        cursor.execute(
            f"INSERT INTO row_entries VALUES {values}",
            [part for model, key in rows for part in (model, key, at)],
        )


class CaseView(CountyView):
    """The state of each case, and nothing else."""

    def money(self, change: Values, tracking: Tracking) -> None:
        """Write an event into the row of its case."""
        with self.datastore.transaction(commit=True) as cursor:
            self._keep(cursor, self._case(cursor, change), [])
            self._insert_tracking(cursor, tracking)

    visit = money


class CountyProjection(Projection[CountyView]):
    """The stock way to many read models."""

    name = "county"
    topics = ()

    def process_event(self, domain_event: Any, tracking: Tracking) -> None:
        """Write one event into the tables that it changes."""
        kind = type(domain_event).__name__
        case = domain_event.originator_id
        if kind == "Opened":
            self.view.opened(case, domain_event.known, tracking)
            return
        on = domain_event.by["effective_on"]
        change = {
            "case": case,
            "at": tracking.notification_id,
            "version": domain_event.originator_version,
            "on": on,
            "month": on[:7],
            "visited_on": on if kind == "Visited" else None,
            "visits": int(kind == "Visited"),
            "lines": int(kind == "Paid"),
            "paid": domain_event.amount_fen if kind == "Paid" else 0,
        }
        if kind == "Visited":
            self.view.visit(change, tracking)
            return
        change |= {
            "event": "PaymentIssued" if kind == "Paid" else "PaymentRostered",
            "fen": domain_event.amount_fen,
            "month": domain_event.month,
            "run": domain_event.run,
        }
        self.view.money(change, tracking)
