"""What AWS's own service models say that a value may be, for every input that members.json maps to a member of a request.

  python constraints.py             writes the constraints that the local cloud refuses by
  python constraints.py --check     fails when botocore's models say something else than what is written
  python constraints.py --values DUMP.json...   fails for a declared value that the models refuse (dump.ts writes one)

Needs botocore and regex (pip). The weekly workflow runs the last two.
"""
import json
import sys
from pathlib import Path

import botocore
import botocore.session
import regex
from botocore.model import ServiceModel

HERE = Path(__file__).parent
MEMBERS = json.loads((HERE / "members.json").read_text())
WRITTEN = HERE.parents[2] / "packages/local-cloud/src/resource/value-constraints.json"

_loader = botocore.session.get_session().get_component("data_loader")
_models = {}


def model(service):
    if service not in _models:
        _models[service] = ServiceModel(_loader.load_service_model(service, "service-2"))
    return _models[service]


def shape_of(member):
    """`iam:CreateRole.Tags[].Key` → the shape of that member; `{key}` and `{value}` are a map's."""
    call, _, path = member.partition(".")
    service, operation = call.split(":")
    shape = model(service).operation_model(operation).input_shape
    for part in path.split("."):
        name = part.replace("[]", "").replace("{key}", "").replace("{value}", "")
        shape = shape.members[name]
        for _ in range(part.count("[]")):
            shape = shape.member
        if part.endswith("{key}"):
            shape = shape.key
        elif part.endswith("{value}"):
            shape = shape.value
    return shape


def constraint(member):
    shape = shape_of(member)
    found = {name: shape.metadata[name] for name in ("min", "max", "pattern") if name in shape.metadata}
    if shape.type_name == "string" and getattr(shape, "enum", None):
        found["enum"] = list(shape.enum)
    return {"of": member, **found}


def constraints():
    types = {}
    for type_, inputs in MEMBERS.items():
        found = {path: [one for one in map(constraint, members) if len(one) > 1] for path, members in inputs.items()}
        types[type_] = {path: rules for path, rules in found.items() if rules}
    return {"source": f"botocore {botocore.__version__}", "types": types}


def without_source(text):
    return json.loads(text)["types"]


def problems(value, rule):
    size = value if isinstance(value, (int, float)) else len(value)
    if "min" in rule and size < rule["min"]:
        yield f"less than {rule['min']}"
    if "max" in rule and size > rule["max"]:
        yield f"more than {rule['max']}"
    if isinstance(value, str):
        if "enum" in rule and value not in rule["enum"]:
            yield f"none of {rule['enum'][:8]}"
        if "pattern" in rule and not regex.fullmatch(rule["pattern"].removeprefix("^").removesuffix("$"), value):
            yield f"not {rule['pattern']}"


def values_at(value, path):
    """Every value of an input's path: `actions.type` in a list of actions, `tags{key}`, `names[]`."""
    if value is None or isinstance(value, bool):
        return
    if not path:
        yield value
        return
    if isinstance(value, list):
        for item in value:
            yield from values_at(item, path)
        return
    part, *rest = path
    name = part.replace("[]", "").replace("{key}", "").replace("{value}", "")
    inner = value.get(name) if isinstance(value, dict) else None
    if inner is None:
        return
    if part.endswith("{key}"):
        yield from inner.keys()
    elif part.endswith("{value}"):
        yield from inner.values()
    elif part.endswith("[]"):
        for item in inner:
            yield from values_at(item, rest)
    elif rest:
        yield from values_at(inner, rest)
    elif not isinstance(inner, bool):
        yield inner


def check_values(files):
    known = constraints()["types"]
    found = 0
    for file in files:
        for resource in json.loads(Path(file).read_text()):
            for path, rules in known.get(resource["type"], {}).items():
                for value in values_at(resource["inputs"], path.split(".")):
                    for rule in rules:
                        for problem in problems(value, rule):
                            found += 1
                            print(f"{resource['urn']}: {path} is {str(value)[:80]!r}, {problem} ({rule['of']})")
    return found


def main(arguments):
    if arguments[:1] == ["--values"]:
        sys.exit(1 if check_values(arguments[1:]) else 0)
    text = json.dumps(constraints(), indent=1, ensure_ascii=False) + "\n"
    if arguments != ["--check"]:
        WRITTEN.write_text(text)
        return
    if without_source(text) != without_source(WRITTEN.read_text()):
        sys.exit(f"{WRITTEN} is not what botocore {botocore.__version__} says: run {Path(__file__).name}, and read the difference.")


main(sys.argv[1:])
