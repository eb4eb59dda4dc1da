"""Dates as pandas reads them, for crates/kiln-data/tests/suite/dates.rs: `python3 dates.py` writes dates.json."""

import json
import random
from datetime import datetime, timedelta
from pathlib import Path

import pandas as pd

random.seed(5)

FORMS = {
    "year-first": ["%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S.%f", "%Y-%m-%dT%H:%M:%S%z"],
    "day-first": ["%d.%m.%Y", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y %H:%M", "%d/%m/%Y %I:%M %p"],
    "month-first": ["%m/%d/%Y", "%m-%d-%Y", "%m/%d/%Y %H:%M:%S", "%m/%d/%Y %I:%M %p"],
    "named": ["%d %b %Y", "%d-%b-%Y", "%b %d, %Y", "%B %d %Y", "%d %B %Y %H:%M", "%a, %d %b %Y"],
}

golden = {}
for form, formats in FORMS.items():
    rows = []
    for format in formats:
        for _ in range(12):
            day = datetime(1700, 1, 1) + timedelta(days=random.randrange(180_000), seconds=random.randrange(86_400))
            day = pd.Timestamp(day)
            if "%z" in format:
                day = day.tz_localize(random.choice(["+05:30", "-03:00", "UTC"]))
            text = day.strftime(format)
            read = pd.to_datetime(text, format=format, utc="%z" in format)
            read = read.tz_localize(None) if read.tzinfo else read
            days = (read.timestamp() if read.tzinfo else read.tz_localize("UTC").timestamp()) / 86_400
            rows.append({"text": text, "days": days, "parts": [read.year, read.month, read.isoweekday()]})
    golden[form] = rows

Path(__file__).with_suffix(".json").write_text(json.dumps(golden) + "\n")
