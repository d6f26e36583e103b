"""The API's document as something to hold answers against: operations, and schemas that permit no field they do not name."""

import json
import re

import jsonschema
import yaml

METHODS = ("get", "put", "post", "patch", "delete")


class Breach(AssertionError):
    """The server did not answer as its document says."""


class Operation:
    def __init__(self, document, path, method, path_item):
        self.document = document
        self.path = path
        self.method = method.upper()
        self.told = path_item[method]
        self.name = self.told["operationId"]
        self.roles = self.told["x-role"]
        self.open = self.told.get("security") == []
        every = [document.follow(x) for x in path_item.get("parameters", []) + self.told.get("parameters", [])]
        self.query = {x["name"]: x for x in every if x["in"] == "query"}
        self.names = {x["name"]: x for x in every if x["in"] == "path"}
        self.headers = {x["name"]: x for x in every if x["in"] == "header"}
        self.body = document.follow(self.told["requestBody"])["content"] if "requestBody" in self.told else {}

    def __repr__(self):
        return f"{self.method} {self.path}"

    def check(self, status, headers, body, named=True):
        """Raises Breach unless an answer is one that the document knows; `named`: with its very status."""
        answers = self.told["responses"]
        where = f"{self!r} answered {status}"
        if named and str(status) not in answers:
            raise Breach(f"{where}, which the document does not name: {body[:300]!r}")
        answer = self.document.follow(answers.get(str(status), answers["default"]))
        content = answer.get("content", {})
        if not content:
            if body:
                raise Breach(f"{where} with a body, and the document knows none")
            return
        kind = headers.get("Content-Type", "").split(";")[0]
        if kind not in content:
            raise Breach(f"{where} as {kind}; the document knows {sorted(content)}")
        if kind.endswith("json"):
            self.document.validate(content[kind]["schema"], json.loads(body), where)
        if status == 503 and "Retry-After" not in headers:
            raise Breach(f"{where} without Retry-After")


class Document:
    def __init__(self, text):
        self.whole = yaml.safe_load(text)
        self.compiled = {}
        self.operations = [Operation(self, path, method, item) for path, item in self.whole["paths"].items()
                           for method in METHODS if method in item]
        self.by_name = {x.name: x for x in self.operations}

    def at(self, pointer):
        found = self.whole
        for part in pointer.removeprefix("#/").split("/"):
            found = found[part]
        return found

    def follow(self, x):
        return self.follow(self.at(x["$ref"])) if "$ref" in x else x

    def whole_schema(self, x):
        """Without references, the parts of an allOf joined, and each object closed."""
        if "$ref" in x:
            return self.whole_schema(self.at(x["$ref"]))
        out = {key: value for key, value in x.items() if key not in ("properties", "items", "anyOf", "allOf")}
        if "items" in x:
            out["items"] = self.whole_schema(x["items"])
        if "anyOf" in x:
            out["anyOf"] = [self.whole_schema(one) for one in x["anyOf"]]
        fields = {name: self.whole_schema(one) for name, one in x.get("properties", {}).items()}
        for part in map(self.whole_schema, x.get("allOf", [])):
            fields |= part.get("properties", {})
            out["required"] = out.get("required", []) + part.get("required", [])
            out["type"] = "object"
        if fields:
            out["properties"] = fields
            out["additionalProperties"] = False
        return out

    def validate(self, schema, value, where):
        key = json.dumps(schema, sort_keys=True)
        if key not in self.compiled:
            self.compiled[key] = jsonschema.Draft202012Validator(self.whole_schema(schema))
        wrong = sorted(self.compiled[key].iter_errors(value), key=lambda x: list(map(str, x.path)))
        if wrong:
            said = "; ".join(f"{'/'.join(map(str, x.absolute_path)) or 'the whole'}: {x.message[:200]}" for x in wrong[:5])
            raise Breach(f"{where} with what the document does not know: {said}")

    def operation_of(self, method, target):
        """The operation that a request is."""
        path = target.split("?")[0]
        for x in self.operations:
            if x.method == method and re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", x.path.replace(".", r"\.")), path):
                return x
        raise Breach(f"the document has no {method} {path}")
