"""Says of each pack given on the command line whether the JSON schema accepts it: "valid" or "invalid: why", a line each.

usage: validate_packs.py SCHEMA PACK...        exit 77: a Python package is missing
"""
import json
import sys

try:
    import jsonschema
    import yaml
except ImportError as missing:
    print(missing)
    sys.exit(77)

with open(sys.argv[1]) as schema:
    validator = jsonschema.Draft202012Validator(json.load(schema))
for path in sys.argv[2:]:
    with open(path) as pack:
        error = jsonschema.exceptions.best_match(validator.iter_errors(yaml.safe_load(pack)))
    print("invalid: " + error.message.replace("\n", " ") if error else "valid")
