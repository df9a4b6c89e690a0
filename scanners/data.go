package scanners

import (
	"path"
	"slices"
	"strings"
)

// dataEndings are those of files that hold data: tables, maps, statistics.
var dataEndings = []string{".arrow", ".csv", ".dta", ".feather", ".geojson", ".gpkg", ".jsonl", ".nc", ".ndjson", ".ods", ".parquet", ".rds", ".sav", ".shp",
	".topojson", ".tsv", ".xlsx"}

// HoldsData reports whether a file holds data, by the ending of its name.
func HoldsData(name string) bool {
	return slices.Contains(dataEndings, strings.ToLower(path.Ext(name)))
}
