package table

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/midspan/midspan/catalog"
	"github.com/midspan/midspan/internal/report"
)

// catalogFacets are what the catalog records of goods that they can be filtered by. The
// script has their order and their titles, and the stage before them.
var catalogFacets = [...]struct {
	id string
	of func(catalog.Good) []string
}{
	{"sdg", func(g catalog.Good) []string {
		var numbers []string
		for _, n := range g.SDGs {
			numbers = append(numbers, strconv.Itoa(n))
		}
		return numbers
	}},
	{"sector", func(g catalog.Good) []string { return g.Sectors }},
	{"country", func(g catalog.Good) []string { return g.DeploymentCountries }},
	{"organization", func(g catalog.Good) []string {
		var names []string
		for _, o := range g.Organizations {
			if !o.IsPerson() {
				names = append(names, o.Name)
			}
		}
		return names
	}},
	{"licence", func(g catalog.Good) []string { return g.Licenses }},
}

// Facets are the ids of all that the table can be filtered by, in their order.
func Facets() []string {
	ids := []string{"stage"}
	for _, f := range catalogFacets {
		ids = append(ids, f.id)
	}
	return ids
}

// facets writes a file for each: its terms, as values in addresses with the pattern of
// their name where that is another, and the places in them of the terms of each good.
func (d data) facets() error {
	var stages [][]string
	for _, stage := range report.StageOrder {
		stages = append(stages, []string{string(stage), report.English.StageName(stage)})
	}
	err := d.facet("stage", stages, func(r report.Row) []int {
		return []int{slices.Index(report.StageOrder[:], report.KnownStage(r.Verdict.Stage))}
	})
	for i, f := range catalogFacets {
		list, place := d.terms(i)
		if err == nil {
			err = d.facet(f.id, list, func(r report.Row) []int { return placesOf(r, i, place) })
		}
	}
	return err
}

func (d data) facet(id string, terms [][]string, of func(report.Row) []int) error {
	return d.file("facet-"+id, func(w *object) {
		w.part("terms", terms)
		w.name("of")
		w.text(`"`)
		for i, r := range d.rows {
			if i > 0 {
				w.text(";")
			}
			for j, place := range of(r) {
				if j > 0 {
					w.text(",")
				}
				w.text(strconv.FormatInt(int64(place), 36))
			}
		}
		w.text(`"`)
	})
}

// termsOf are those of a good in a facet of the catalog.
func termsOf(r report.Row, facet int) []string {
	var all []string
	for _, name := range catalogFacets[facet].of(r.Good.Good) {
		if name = strings.Join(strings.Fields(name), " "); name != "" {
			all = append(all, report.Cut(name, 120))
		}
	}
	return all
}

// terms returns the terms of one facet over all goods, and the place of each by its
// small letters. Spellings that differ in case alone are one term, in the spelling that
// comes first by its bytes: capitals before small letters.
func (d data) terms(facet int) (list [][]string, place map[string]int) {
	spelled := map[string]string{}
	for _, r := range d.rows {
		for _, term := range termsOf(r, facet) {
			if key := strings.ToLower(term); spelled[key] == "" || term < spelled[key] {
				spelled[key] = term
			}
		}
	}
	number := func(key string) int { n, _ := strconv.Atoi(key); return n }
	keys := slices.SortedFunc(maps.Keys(spelled), func(a, b string) int { return cmp.Or(number(a)-number(b), cmp.Compare(a, b)) })
	place = make(map[string]int, len(keys))
	list = make([][]string, len(keys))
	for i, key := range keys {
		place[key] = i
		list[i] = []string{spelled[key]}
		if n := number(key); catalogFacets[facet].id == "sdg" && 1 <= n && n <= len(d.goals) {
			list[i] = append(list[i], d.goals[n-1])
		}
	}
	return list, place
}

func placesOf(r report.Row, facet int, place map[string]int) []int {
	var places []int
	for _, term := range termsOf(r, facet) {
		places = append(places, place[strings.ToLower(term)])
	}
	slices.Sort(places)
	return slices.Compact(places)
}
