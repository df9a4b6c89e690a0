package catalog_test

import (
	"context"
	"fmt"

	"github.com/midspan/midspan/catalog"
)

func ExampleLoad() {
	c, err := catalog.Load(context.Background(), "testdata/goods.csv", nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, good := range c.Goods {
		fmt.Println(good.ID, len(good.Repositories))
	}
	for _, note := range c.Dropped() {
		fmt.Println(note.Message)
	}
	// Output:
	// well-map 2
	// git-pump 1
	// said-pump 0
	// last 1
	// line 7 does not parse: look at its quotes
}

func ExampleParseRepository() {
	r, notes, err := catalog.ParseRepository("git@github.com:dhis2/dhis2-core.git", catalog.Typed)
	fmt.Println(r.URL, err)
	fmt.Println(notes[0].Message)

	_, _, err = catalog.ParseRepository("https://github.com/dhis2", catalog.Typed)
	fmt.Println(err)
	// Output:
	// https://github.com/dhis2/dhis2-core <nil>
	// an ssh address, which is read over https: read as https://github.com/dhis2/dhis2-core
	// "https://github.com/dhis2" is the page of an organisation or a person, not a repository: name its repositories in the catalog
}
