package catalog

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// Why we say something else than the official parser.
const (
	asNewest    = "the parser holds every version against 0.5"
	eachPart    = "the parser names the whole, we the part"
	unknownTo05 = "the parser does not know what came with 0.7"
	anyType     = "the parser takes a number or nothing for a text; the standard says text"
)

// differences are the cases in which we say something else than the official
// parser, with the reason.
var differences = map[string]string{
	"a key that may name somebody":               "we do not repeat what may be a name",
	"a key twice":                                "the parser refuses the file, as YAML does; we read it",
	"a language of three letters that has two":   eachPart,
	"a second document":                          "the parser refuses the file; we read its first document",
	"an empty key":                               anyType,
	"a number for a text":                        anyType,
	"an anchor":                                  anyType,
	"neither true nor false":                     "the parser says of what follows a wrong type that it is missing",
	"true as YAML 1.1 has it":                    "the standard allows YAML 1.1 and deprecates it",
	"no language of a description":               eachPart,
	"a picture of another kind":                  "the parser looks at the file itself, over the network; we look at its name",
	"a second language need not say all":         "the standard asks for it in one language, the parser in each",
	"no language says all":                       "the standard asks for it in one language, the parser in each",
	"contacts are not looked into":               "contacts are persons",
	"a country in lower case, then":              asNewest,
	"a licence owner, then":                      asNewest,
	"Italy, then":                                asNewest,
	"Italy, between":                             "the parser does not know 0.6 and says no more",
	"Italy":                                      unknownTo05,
	"what it supports":                           unknownTo05,
	"what it supports, too early":                "the parser does not know 0.6 and says no more",
	"funders, too early":                         asNewest,
	"categories are asked for":                   asNewest,
	"categories, too early":                      asNewest,
	"a release has a date":                       asNewest,
	"a generic name was asked for":               asNewest,
	"descriptions were longer, features shorter": asNewest,
}

// The official parser knows versions up to 0.5, and the newest as "0". Of a later
// one it says that it does not know it, and no more; of an earlier one, that it is
// not the newest: the standard asks nobody to follow at once.
func TestTheOfficialParserFindsTheSameKeys(t *testing.T) {
	program := os.Getenv("MIDSPAN_PUBLICCODE_PARSER")
	if program == "" {
		t.Skip("MIDSPAN_PUBLICCODE_PARSER does not name the program of catalog/publiccodetest: run make differential")
	}
	var files []string
	for _, c := range publiccodeCases {
		files = append(files, strings.Replace(c.text(t), `"0.7"`, `"0"`, 1))
	}
	official := officialKeys(t, program, files)
	for i, c := range publiccodeCases {
		var ours []string
		for _, r := range remarksOn(t, files[i]) {
			key := strings.Fields(r)[3] // "0.7, line 1: KEY is missing"
			ours = append(ours, key)
		}
		slices.Sort(ours)
		ours = slices.Compact(ours)
		theirs := official[i]
		if c.version != "0.7" {
			theirs = slices.DeleteFunc(theirs, func(key string) bool { return key == "publiccodeYmlVersion" })
		}
		switch why, known := differences[c.name]; {
		case slices.Equal(ours, theirs) && known:
			t.Errorf("%s: no difference any more, which was: %s", c.name, why)
		case !slices.Equal(ours, theirs) && !known:
			t.Errorf("%s: the official parser names %q, we %q", c.name, theirs, ours)
		}
	}
}

func officialKeys(t *testing.T, program string, files []string) [][]string {
	t.Helper()
	input, err := json.Marshal(files)
	if err != nil {
		t.Fatal(err)
	}
	command := exec.CommandContext(t.Context(), program)
	command.Stdin, command.Stderr = bytes.NewReader(input), os.Stderr
	output, err := command.Output()
	if err != nil {
		t.Fatal(err)
	}
	var keys [][]string
	if err := json.Unmarshal(output, &keys); err != nil || len(keys) != len(files) {
		t.Fatalf("%d answers for %d files: %v", len(keys), len(files), err)
	}
	return keys
}
