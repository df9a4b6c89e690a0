package language_test

import (
	"fmt"

	"github.com/midspan/midspan/internal/language"
)

// A sentence is written once, in English; its pattern is the key of its
// translations.
func ExampleLanguage_Translate() {
	french, err := language.Find("fr")
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, l := range []*language.Language{language.English(), french} {
		fmt.Println(l.Translate("Compare {n|good|goods}", "n", 1), "/", l.Translate("Compare {n|good|goods}", "n", 3))
	}
	// Output:
	// Compare 1 good / Compare 3 goods
	// Comparer 1 bien / Comparer 3 biens
}
