"""What AWS's own service models say that a value may be, for every input that members.json maps to a member of a request.

  python constraints.py             writes the constraints that the local cloud refuses by
  python constraints.py --check     fails when botocore's models say something else than what is written
  python constraints.py --values DUMP.json...   fails for a declared value that the models refuse (dump.ts writes one)
  python constraints.py --unmapped DUMP.json... fails for a declared input that members.json leaves out, and whose member of the same name has a constraint

Needs botocore and regex (pip). The weekly workflow runs the last three.
"""
import json
import re
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


def constraint_of(shape):
    found = {name: shape.metadata[name] for name in ("min", "max", "pattern") if name in shape.metadata}
    if shape.type_name == "string" and getattr(shape, "enum", None):
        found["enum"] = list(shape.enum)
    return found


def constraint(member):
    return {"of": member, **constraint_of(shape_of(member))}


def constraints():
    types = {}
    for type_, inputs in MEMBERS.items():
        found = {path: [one for one in map(constraint, members) if len(one) > 1] for path, members in inputs.items()}
        types[type_] = {path: rules for path, rules in found.items() if rules}
    return {"source": f"botocore {botocore.__version__}", "types": types}


def without_source(text):
    return json.loads(text)["types"]


def pythons(pattern):
    """AWS's patterns are Java's: characters beyond the first plane are pairs of surrogates there."""
    text = pattern.removeprefix("^").removesuffix("$")
    return text.replace(r"\uD800\uDC00-\uDBFF\uDFFF", r"\U00010000-\U0010FFFF")


def problems(value, rule):
    size = value if isinstance(value, (int, float)) else len(value)
    if "min" in rule and size < rule["min"]:
        yield f"less than {rule['min']}"
    if "max" in rule and size > rule["max"]:
        yield f"more than {rule['max']}"
    if isinstance(value, str):
        if "enum" in rule and value not in rule["enum"]:
            yield f"none of {rule['enum'][:8]}"
        if "pattern" in rule and not regex.fullmatch(pythons(rule["pattern"]), value):
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


# Left out of members.json, and why.
IGNORED = {
    "ec2:RunInstances.InstanceType": "AWS adds types of instances every week",
    "logs:PutMetricFilter.metricTransformations": "one object in the provider, a list of exactly one for AWS",
}

# Levels of a request that the provider's inputs do not have.
WRAPPERS = {"items", "distributionconfigwithtags", "distributionconfig", "originaccesscontrolconfig", "responseheaderspolicyconfig"}


def names(path):
    """Levels of a path as both sides spell them alike: no marks of lists and maps, no capitals, no plural."""
    plain = (re.sub(r"\[\]|\{key\}|\{value\}", "", part).lower() for part in path.split("."))
    return [part.removesuffix("s") for part in plain if part not in WRAPPERS]


def members(shape, path="", seen=()):
    if path:
        yield path, shape
    if shape.name in seen:
        return
    seen = (*seen, shape.name)
    if shape.type_name == "structure":
        for name, inner in shape.members.items():
            yield from members(inner, f"{path}.{name}" if path else name, seen)
    elif shape.type_name == "list":
        yield from members(shape.member, f"{path}[]", seen)


def inputs_of(value, path=""):
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from inputs_of(inner, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        yield path
        if value and not isinstance(value[0], (dict, list)):
            yield f"{path}[]"
        for inner in value:
            if isinstance(inner, (dict, list)):
                yield from inputs_of(inner, path)
    elif value is not None and not isinstance(value, bool):
        yield path


def check_unmapped(files):
    declared = {}
    for file in files:
        for resource in json.loads(Path(file).read_text()):
            inputs = {name: value for name, value in resource["inputs"].items() if name != "tags"}
            declared.setdefault(resource["type"], set()).update(inputs_of(inputs))
    found = 0
    for type_, mapped in MEMBERS.items():
        for call in sorted({member.partition(".")[0] for all_ in mapped.values() for member in all_}):
            service, operation = call.split(":")
            known = list(members(model(service).operation_model(operation).input_shape))
            for path in sorted(declared.get(type_, ()) - mapped.keys()):
                for member, shape in known:
                    of = f"{call}.{member}"
                    same = names(member) == names(path) and member.endswith("[]") == path.endswith("[]")
                    if same and of not in IGNORED and len(constraint_of(shape)) > 0:
                        found += 1
                        print(f"{type_}: {path} is {of}, which has a constraint")
    return found


def main(arguments):
    if arguments[:1] == ["--unmapped"]:
        sys.exit(1 if check_unmapped(arguments[1:]) else 0)
    if arguments[:1] == ["--values"]:
        sys.exit(1 if check_values(arguments[1:]) else 0)
    text = json.dumps(constraints(), indent=1, ensure_ascii=False) + "\n"
    if arguments != ["--check"]:
        WRITTEN.write_text(text)
        return
    if without_source(text) != without_source(WRITTEN.read_text()):
        sys.exit(f"{WRITTEN} is not what botocore {botocore.__version__} says: run {Path(__file__).name}, and read the difference.")


main(sys.argv[1:])
