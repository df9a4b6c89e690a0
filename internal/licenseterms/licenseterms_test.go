package licenseterms_test

import (
	"strings"
	"testing"

	"github.com/midspan/midspan/internal/licenseterms"
)

// The tables of what stands beside a licence are those of the scanner of signals.
func TestATextOfTheLicenceItselfIsNoTextBesideIt(t *testing.T) {
	texts := licenseterms.NewTexts("Permission to use this work is given to everybody who keeps this notice in all copies of the work.")
	for part, want := range map[string]bool{
		"Permission to use this work is given to everybody who keeps this notice in all copies.":                    false,
		"Permission to use this work is given to everybody, but not to banks, who keeps this notice in all copies.": true,
		"Banks have to pay.": true,
		"":                   false,
		"Copyright 2020 Foo": false,
		"<p>Copyright 2020</p>\n\n<img src=\"x\">": false,
	} {
		if _, got := licenseterms.Of([]string{part}, texts); got != want {
			t.Errorf("%q: %v, want %v", part, got, want)
		}
	}
	if _, found := licenseterms.Of([]string{"Banks have to pay."}, nil); found {
		t.Error("a file without a licence has text beside one")
	}
}

func TestAReadmeOffersTwoLicences(t *testing.T) {
	for text, want := range map[string]bool{
		"Thing uses dual licensing.":                                          true,
		"This project is dual-licensed under MIT and Apache-2.0.":             true,
		"You can buy a commercial licence.":                                   true,
		"A commercial license is available.":                                  true,
		"Thing checks whether packages have a licence.":                       false,
		"Commercial banks use it. It has the MIT licence.":                    false,
		strings.Repeat("x", 300<<10) + " This project is dual-licensed here.": false,
	} {
		if got := licenseterms.OffersTwo(text); got != want {
			t.Errorf("%.80q: %v, want %v", text, got, want)
		}
	}
}

func FuzzOf(f *testing.F) {
	f.Add("Copyright (c) 2020\n\nYou may not sell it.\n# Third party\n<a>")
	f.Fuzz(func(_ *testing.T, part string) {
		licenseterms.Of([]string{part, part}, licenseterms.NewTexts("some words of a licence that go on"))
	})
}
