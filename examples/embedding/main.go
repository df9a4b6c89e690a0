// Command embedding runs Midspan with a scanner and a catalog format of its own.
//
//	embedding goods.adoc
package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/midspan/midspan"
	"github.com/midspan/midspan/catalog"
	"github.com/midspan/midspan/scanners"
)

func main() {
	result, err := midspan.Run(context.Background(), midspan.Options{
		Catalogs: os.Args[1:],
		Mirror:   "mirrors/{name}",
		Now:      time.Now,
		Store:    ".embedding",
		Report:   "report",
		Offline:  true,
		Scanners: []scanners.Scanner{statements{}},
		Formats:  []catalog.Format{links},
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Printf("%d of %d repositories read: %s\n", result.Scanned, result.Repositories, result.Index)
}
