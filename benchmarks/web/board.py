"""The dashboard of six figures in Superset: its rows, its charts, and how it is asked for them, by its public API."""

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from typing import Any

import httpx2
from sqlalchemy import URL, create_engine

TITLE, SLUG = "Complaints", "complaints"
PERSON = "admin"
TABLE = "complaint"
REGION_FILTER = "NATIVE_FILTER-region"
ROWS = """
select
    c.*,
    b.region_name,
    b.branch_name,
    date_trunc('month', c.opened_on)::timestamp as month,
    to_char(c.opened_on, 'ID') as weekday,
    to_char(c.opened_hour, 'FM00') as hour
from published.complaint_cohort as c
join curated.dim_branch as b using (branch_id)
where c.refresh_id = (select refresh_id from published.current) and c.opened_on > date '0001-01-01'
"""
"""The rows from which the dashboard's page makes the same figures, with the names of places."""
Form = dict[str, Any]


@dataclass(frozen=True)
class Chart:
    """One figure: Superset's name for how it is drawn, what it is asked, and how wide and high it is."""

    title: str
    kind: str
    form: Form
    query: Form
    height: int = 50


@dataclass(frozen=True)
class Board:
    """The dashboard, and the questions that a browser asks for its charts."""

    number: int
    path: str
    questions: Sequence[tuple[str, Form]]
    regions: Sequence[str]


def metric(sql: str, label: str) -> Form:
    """What Superset calls a metric."""
    return {"expressionType": "SQL", "sqlExpression": sql, "label": label, "optionName": label, "hasCustomLabel": True}


COUNT = metric("sum(opened)", "Complaints")
PROMISE = metric(
    "100.0 * sum(sla_met) / nullif(sum(sla_met + sla_breached_closed + sla_breached_open), 0)", "Promises kept %"
)
ALL_TIME = {"col": "month", "op": "TEMPORAL_RANGE", "val": "No filter"}


def axis(column: str) -> Form:
    """A column along the axis of a drawing."""
    return {"columnType": "BASE_AXIS", "sqlExpression": column, "label": column, "expressionType": "SQL"}


def turned(column: str) -> list[Form]:
    """What Superset does with the rows of a drawing over `column`."""
    how = {"index": [column], "columns": [], "aggregates": {"Complaints": {"operator": "mean"}}}
    return [{"operation": "pivot", "options": how | {"drop_missing_columns": False}}, {"operation": "flatten"}]


CHARTS = (
    Chart("Complaints", "big_number_total", {"metric": COUNT, "y_axis_format": ",d"}, {"metrics": [COUNT]}, 22),
    Chart("Promises kept", "big_number_total", {"metric": PROMISE, "y_axis_format": ".1f"}, {"metrics": [PROMISE]}, 22),
    Chart(
        "Complaints by month",
        "echarts_timeseries_line",
        {"x_axis": "month", "metrics": [COUNT], "row_limit": 10000, "seriesType": "line", "markerEnabled": False},
        {"columns": [axis("month")], "metrics": [COUNT], "row_limit": 10000, "post_processing": turned("month")},
    ),
    Chart(
        "What complaints are about",
        "echarts_timeseries_bar",
        {"x_axis": "category_code", "metrics": [COUNT], "row_limit": 100, "orientation": "horizontal"},
        {
            "columns": [axis("category_code")],
            "metrics": [COUNT],
            "row_limit": 100,
            "orderby": [[COUNT, False]],
            "post_processing": turned("category_code"),
        },
    ),
    Chart(
        "When complaints come",
        "heatmap_v2",
        {
            "x_axis": "hour",
            "groupby": "weekday",
            "metric": COUNT,
            "row_limit": 10000,
            "sort_x_axis": "alpha_asc",
            "sort_y_axis": "alpha_asc",
            "normalize_across": "heatmap",
            "legend_type": "continuous",
            "linear_color_scheme": "superset_seq_1",
            "xscale_interval": -1,
            "yscale_interval": -1,
            "value_bounds": [None, None],
            "y_axis_format": ",d",
            "left_margin": "auto",
            "bottom_margin": "auto",
        },
        {
            "columns": [axis("hour"), "weekday"],
            "metrics": [COUNT],
            "row_limit": 10000,
            "post_processing": [{"operation": "rank", "options": {"metric": "Complaints"}}],
        },
    ),
    Chart(
        "Branches side by side",
        "table",
        {
            "query_mode": "aggregate",
            "groupby": ["region_name", "branch_name"],
            "metrics": [COUNT, PROMISE],
            "row_limit": 100,
            "server_pagination": False,
            "all_columns": [],
            "percent_metrics": [],
        },
        {
            "columns": ["region_name", "branch_name"],
            "metrics": [COUNT, PROMISE],
            "row_limit": 100,
            "orderby": [[COUNT, False]],
            "post_processing": [],
        },
    ),
)


def copy_rows(server: URL, name: str) -> None:
    """Write the published complaints anew into a table of the database `name` on the same server."""
    source, target = (create_engine(server.set(database=each)) for each in ("gatehouse", name))
    with source.begin() as read, target.begin() as write:
        cursor = read.connection.cursor()
        cursor.execute(f"create temporary table shown on commit drop as {ROWS}")
        cursor.execute(
            "select attname, format_type(atttypid, atttypmod) from pg_attribute"
            " where attrelid = 'shown'::regclass and attnum > 0 order by attnum"
        )
        columns = ", ".join(f"{column} {kind}" for column, kind in cursor.fetchall())
        rows = StringIO()
        cursor.copy_expert("copy shown to stdout", rows)
        rows.seek(0)
        into = write.connection.cursor()
        into.execute(f"drop table if exists {TABLE}; create table {TABLE} ({columns})")
        into.copy_expert(f"copy {TABLE} from stdin", rows)
        into.execute(f"analyze {TABLE}")
    source.dispose()
    target.dispose()


class Api:
    """Superset's API, spoken as its administrator. Raises RuntimeError with what it answers to what it refuses."""

    def __init__(self, port: int) -> None:
        self.http = httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=120)
        said = {"username": PERSON, "password": PERSON, "provider": "db", "refresh": False}
        token = self.http.post("/api/v1/security/login", json=said).json()["access_token"]
        self.http.headers["Authorization"] = f"Bearer {token}"
        self.http.headers["X-CSRFToken"] = self.http.get("/api/v1/security/csrf_token/").json()["result"]
        self.http.headers["Referer"] = str(self.http.base_url)

    def ask(self, method: str, path: str, body: Form | None = None) -> Any:
        """What it answers."""
        answer = self.http.request(method, f"/api/v1/{path}", json=body)
        if answer.status_code >= 300:
            raise RuntimeError(f"Superset answers {answer.status_code} to {method} {path}: {answer.text[:500]}")
        return answer.json()

    def clear(self, kind: str) -> None:
        """Delete all of one kind."""
        for each in self.ask("GET", f"{kind}/?q=(page_size:100)")["result"]:
            self.ask("DELETE", f"{kind}/{each['id']}")


def made(port: int, rows: str) -> Board:
    """The dashboard, made anew over the table in the database at the address `rows`."""
    api = Api(port)
    for kind in ("dashboard", "chart", "dataset", "database"):
        api.clear(kind)
    database = api.ask("POST", "database/", {"database_name": "rows", "sqlalchemy_uri": rows})["id"]
    table = {"database": database, "schema": "public", "table_name": TABLE}
    dataset = api.ask("POST", "dataset/", table)["id"]
    api.ask("PUT", f"dataset/{dataset}", {"main_dttm_col": "month"})
    whole = {"dashboard_title": TITLE, "slug": SLUG, "published": True}
    number = api.ask("POST", "dashboard/", whole)["id"]
    charts = [_chart(api, chart, dataset=dataset, dashboard=number) for chart in CHARTS]
    _laid_out(api, number, [chart for chart, _ in charts], dataset)
    questions = []
    for chart, body in charts:
        path = f"/api/v1/chart/data?form_data=%7B%22slice_id%22%3A{chart}%7D&dashboard_id={number}"
        questions.append((path, body))
        api.ask("POST", path.removeprefix("/api/v1/"), {**body, "force": True})
    asked = {"columns": ["region_name"], "metrics": [], "row_limit": 100}
    regions = api.ask("POST", "chart/data", {"datasource": {"id": dataset, "type": "table"}, "queries": [asked]})
    return Board(number, f"/superset/dashboard/{SLUG}/", questions, _values(regions, "region_name"))


def narrowed(body: Form, region: str) -> Form:
    """The question `body` as the filter of the dashboard asks it."""
    only = {"col": "region_name", "op": "IN", "val": [region]}
    return {**body, "queries": [{**query, "filters": [*query["filters"], only]} for query in body["queries"]]}


def _chart(api: Api, chart: Chart, *, dataset: int, dashboard: int) -> tuple[int, Form]:
    source = {"id": dataset, "type": "table"}
    form = {"viz_type": chart.kind, "datasource": f"{dataset}__table", "adhoc_filters": [], **chart.form}
    plain = {"filters": [ALL_TIME], "extras": {"having": "", "where": ""}, "columns": [], "order_desc": True}
    body = {
        "datasource": source,
        "force": False,
        "queries": [{**plain, **chart.query}],
        "form_data": form,
        "result_format": "json",
        "result_type": "full",
    }
    number = api.ask(
        "POST",
        "chart/",
        {
            "slice_name": chart.title,
            "viz_type": chart.kind,
            "datasource_id": dataset,
            "datasource_type": "table",
            "params": json.dumps(form),
            "query_context": json.dumps(body),
            "dashboards": [dashboard],
        },
    )["id"]
    return number, {**body, "form_data": {**form, "slice_id": number, "dashboardId": dashboard}}


def _laid_out(api: Api, number: int, charts: Sequence[int], dataset: int) -> None:
    """Two charts in a row, and one filter for all of them."""
    parts: dict[str, Any] = {
        "DASHBOARD_VERSION_KEY": "v2",
        "ROOT_ID": {"type": "ROOT", "id": "ROOT_ID", "children": ["GRID_ID"]},
        "GRID_ID": {"type": "GRID", "id": "GRID_ID", "children": [], "parents": ["ROOT_ID"]},
        "HEADER_ID": {"id": "HEADER_ID", "type": "HEADER", "meta": {"text": TITLE}},
    }
    for place in range(0, len(charts), 2):
        row = f"ROW-{place}"
        parts["GRID_ID"]["children"].append(row)
        above = ["ROOT_ID", "GRID_ID"]
        meta = {"background": "BACKGROUND_TRANSPARENT"}
        parts[row] = {"type": "ROW", "id": row, "children": [], "parents": above, "meta": meta}
        for chart, drawn in zip(charts[place : place + 2], CHARTS[place : place + 2], strict=True):
            key = f"CHART-{chart}"
            parts[row]["children"].append(key)
            about = {"chartId": chart, "width": 6, "height": drawn.height, "uuid": str(uuid.uuid4())}
            about["sliceName"] = drawn.title
            parts[key] = {"type": "CHART", "id": key, "children": [], "parents": [*above, row], "meta": about}
    settings = {"native_filter_configuration": [_region_filter(charts, dataset)], "positions": parts}
    body = {"position_json": json.dumps(parts), "json_metadata": json.dumps(settings), "published": True}
    api.ask("PUT", f"dashboard/{number}", body)


def _region_filter(charts: Sequence[int], dataset: int) -> Form:
    return {
        "id": REGION_FILTER,
        "name": "Region",
        "filterType": "filter_select",
        "type": "NATIVE_FILTER",
        "description": "",
        "targets": [{"datasetId": dataset, "column": {"name": "region_name"}}],
        "controlValues": {"multiSelect": True, "enableEmptyFilter": False, "searchAllOptions": False},
        "defaultDataMask": {"extraFormData": {}, "filterState": {}, "ownState": {}},
        "cascadeParentIds": [],
        "scope": {"rootPath": ["ROOT_ID"], "excluded": []},
        "chartsInScope": list(charts),
        "tabsInScope": [],
    }


def _values(answer: Mapping[str, Any], column: str) -> list[str]:
    return sorted({str(row[column]) for row in answer["result"][0]["data"]})
