package catalog

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
)

const (
	referenceFile = "../docs/reference/catalogs.md"
	referenceHead = "| field | columns that fill it | holds |\n|---|---|---|\n"
)

// holds says what each field of a table is.
var holds = map[string]string{
	"url": "addresses of repositories", "id": "the id that the catalog gives", "name": "the name", "aliases": "other names or ids",
	"description": "a text", "website": "its home page", "sdgs": "numbers of Sustainable Development Goals", "sectors": "fields of work",
	"type": "software, content, data, standard, model", "status": "what the catalog says of its stage", "licence": "ids of SPDX",
	"main": "the repository that counts as the first", "countries": "where it is deployed: names or codes", "developmentcountries": "where it is developed", "organization": "who owns it",
	"maintainer": "who maintains it", "implementer": "who brings it into use", "funder": "who funds it", "usedby": "who uses it",
}

// The reference of catalogs lists every name that a column may have: go test ./catalog
// -run Reference -update writes it.
func TestReferenceListsTheColumnsOfTables(t *testing.T) {
	names := map[string][]string{}
	for name, field := range columns {
		names[field] = append(names[field], "`"+name+"`")
	}
	var w strings.Builder
	w.WriteString(referenceHead)
	for _, field := range slices.Sorted(maps.Keys(names)) {
		if holds[field] == "" {
			t.Errorf("nobody says what the field %q holds", field)
		}
		fmt.Fprintf(&w, "| %s | %s | %s |\n", field, strings.Join(slices.Sorted(slices.Values(names[field])), ", "), holds[field])
	}
	have, err := os.ReadFile(referenceFile)
	if err != nil {
		t.Fatal(err)
	}
	before, _, _ := strings.Cut(string(have), referenceHead)
	if text := before + w.String(); text != string(have) {
		if !*update {
			t.Fatalf("%s differs from the columns: go test ./catalog -run Reference -update", referenceFile)
		}
		if err := os.WriteFile(referenceFile, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
