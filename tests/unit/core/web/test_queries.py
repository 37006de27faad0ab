from __future__ import annotations

import pytest
from pydantic import Field
from starlette.requests import Request
from wiredesk_core.web.problems import Explained
from wiredesk_core.web.queries import NoParameters, Parameters, openapi_parameters, read_query


class Asked(Parameters):
    word: str = Field(description="A word")
    limit: int = Field(default=5, le=9)
    tag: tuple[str, ...] = ()


def asking(query: str) -> Request:
    return Request({"type": "http", "path": "/", "headers": [], "query_string": query.encode()})


def test_parameters_become_values() -> None:
    assert read_query(Asked, asking("word=a%20b&limit=9&tag=x&tag=y")) == Asked(word="a b", limit=9, tag=("x", "y"))
    assert read_query(Asked, asking("word=a&tag=x")) == Asked(word="a", tag=("x",))


@pytest.mark.parametrize(
    ("query", "pointer", "code"),
    [
        ("", "#/word", "missing"),
        ("word=a&word=b", "#/word", "repeated"),
        ("word=a&limit=10", "#/limit", "less_than_equal"),
        ("word=a&limit=many", "#/limit", "int_parsing"),
        ("word=a&colour=red", "#/colour", "extra_forbidden"),
        ("word=a&a/b~c=1", "#/a~1b~0c", "extra_forbidden"),
    ],
)
def test_what_cannot_be_used_is_pointed_at_and_not_repeated(query: str, pointer: str, code: str) -> None:
    with pytest.raises(Explained) as refused:
        read_query(Asked, asking(query))
    assert refused.value.status == 400
    (error,) = refused.value.extra["errors"]
    assert (error["in"], error["pointer"], error["code"]) == ("query", pointer, code)
    assert "many" not in repr(refused.value.extra)


def test_a_route_without_parameters_takes_none() -> None:
    assert read_query(NoParameters, asking("")) == NoParameters()
    with pytest.raises(Explained):
        read_query(NoParameters, asking("x=1"))


def test_parameters_are_described_for_the_document() -> None:
    word, limit, tag = openapi_parameters(Asked)
    assert (word["name"], word["in"], word["required"], word["description"]) == ("word", "query", True, "A word")
    assert limit["schema"]["maximum"] == 9
    assert (tag["required"], tag["schema"]["type"]) == (False, "array")
