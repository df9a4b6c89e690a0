package report

import _ "embed"

// schema describes report.json; it is published beside it.
//
//go:embed schema.json
var schema []byte

// Schema returns the JSON Schema (draft 2020-12) of report.json.
func Schema() []byte { return append([]byte(nil), schema...) }
