"""What the framework can do: an endpoint that only validates the body of a submission."""

import argparse

import uvicorn
from fastapi import FastAPI

from app.models.submission import SubmissionCreate

app = FastAPI()


@app.post("/letters", status_code=202)
async def validate(body: SubmissionCreate) -> dict[str, str]:
    return {"country": body.supporter.country}


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    uvicorn.run(app, port=parser.parse_args().port, access_log=False, log_level="warning")
