package portfolio

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/midspan/midspan/catalog"
	"github.com/midspan/midspan/internal/assess"
)

// TestSuggestionsForAReader prints what would take the place of each good of a catalog if
// it ended, for a person to judge. MIDSPAN_TEST_CATALOG names the catalog. The goods are in
// two halves by a digest of their ids: with MIDSPAN_TEST_PAIRS=within both goods are of one
// half, as when the parameters were chosen, and with across they are not.
func TestSuggestionsForAReader(t *testing.T) {
	location := os.Getenv("MIDSPAN_TEST_CATALOG")
	if location == "" {
		t.Skip("MIDSPAN_TEST_CATALOG names no catalog")
	}
	read, err := catalog.Load(t.Context(), location, func(context.Context, string) (io.ReadCloser, error) { return nil, errors.New("offline") })
	if err != nil {
		t.Fatal(err)
	}
	goods := catalog.Merge([]catalog.Catalog{read})
	half := func(id string) uint32 {
		hash := fnv.New32a()
		hash.Write([]byte(id))
		return hash.Sum32() % 2
	}
	across := os.Getenv("MIDSPAN_TEST_PAIRS") == "across"
	p := New()
	for _, good := range goods {
		p.AddGood(good, assess.Sustained, nil)
	}
	traits := p.traits()
	suggested := 0
	for i, profile := range p.goods {
		for _, other := range traits.candidates(i) {
			id := p.goods[other.good].id
			alike := traits.compare(i, int(other.good), other.weight)
			if id == profile.id || (half(id) != half(profile.id)) != across || !alike.similarEnough(other.words) {
				continue
			}
			suggested++
			fmt.Printf("%s\t%s\t%.2f\t%s\n", profile.id, id, alike.words, strings.Join(traits.sharedTerms(i, int(other.good), profile.terms), " "))
		}
	}
	fmt.Printf("%d suggestions\n", suggested)
}
