package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/midspan/midspan/catalog"
	"github.com/midspan/midspan/internal/store"
)

// multiply stores a matched run of many synthetic goods, of which nothing was fetched: each
// has one repository with the results of one of the repositories of the newest assessed run
// of another store. What is rehearsed is judging and publishing:
//
//	midspan run --store sample --out sample-report
//	go run ./bench/rehearsal -from sample/midspan.db -to many/midspan.db -units 100000
//	midspan assess --store many --advisories /srv/osv && midspan report --store many --out report
//
// Names, organizations, countries, sectors and descriptions differ from good to good.
// Results are shared by goods, which a real catalog does not have: the database is smaller.
func multiply(ctx context.Context, o options) error {
	from, err := store.Open(ctx, o.from)
	if err != nil {
		return err
	}
	defer from.Close()
	to, err := openTarget(ctx, o)
	if err != nil {
		return err
	}
	defer to.Close()
	last, err := from.Latest(ctx, store.Assessed)
	if err != nil {
		return err
	}
	templates, err := copyResults(ctx, from, to, last.ID)
	if err != nil {
		return err
	}
	goods := manyGoods(o.units)
	run, err := to.Begin(ctx, store.Run{
		AsOf: last.AsOf, CatalogID: "rehearsal", Sources: []store.Source{{Name: "csv", Location: "rehearsal.csv", Goods: len(goods)}},
	}, goods)
	if err != nil {
		return err
	}
	for i, good := range goods {
		scan := templates[i*7919%len(templates)]
		scan.URL = good.Repositories[0].URL
		if err := to.PutScan(ctx, run, scan); err != nil {
			return err
		}
	}
	fmt.Printf("run %d: %d goods with the results of %d repositories\n", run, len(goods), len(templates))
	return to.Advance(ctx, run, store.Scanned)
}

func openTarget(ctx context.Context, o options) (*store.Store, error) {
	if strings.Contains(o.to, "://") {
		return store.OpenPostgres(ctx, o.to, 4)
	}
	return store.Open(ctx, o.to)
}

// copyResults copies what a run found of each repository, and returns the scans of those
// that were read.
func copyResults(ctx context.Context, from, to *store.Store, run int64) ([]store.Scan, error) {
	var templates []store.Scan
	for good, err := range from.Goods(ctx, run) {
		if err != nil {
			return nil, err
		}
		for _, repository := range good.Repositories {
			scan, err := from.Scan(ctx, run, repository.URL)
			if err != nil {
				return nil, err
			}
			for _, key := range scan.Keys {
				result, err := from.Observation(ctx, key)
				if err == nil {
					err = to.PutObservation(ctx, key, result, 0)
				}
				if err != nil {
					return nil, err
				}
			}
			if scan.Failure == nil {
				templates = append(templates, scan)
			}
		}
	}
	if len(templates) == 0 {
		return nil, errors.New("the newest run read no repository")
	}
	return templates, nil
}

// manyGoods are synthetic entries of a catalog, always the same.
func manyGoods(n int) []catalog.Good {
	random := rand.New(rand.NewPCG(1, 2))
	syllables := strings.Fields("ba co da el fi go hu in ja ki lo ma nu or pe qui ra si tu va we xe yo zan bri cla dro fle gra")
	word := func() string {
		text := ""
		for range 2 + random.IntN(3) {
			text += syllables[random.IntN(len(syllables))]
		}
		return text
	}
	vocabulary := make([]string, 8000)
	for i := range vocabulary {
		vocabulary[i] = word()
	}
	frequent := rand.NewZipf(random, 1.1, 4, uint64(len(vocabulary)-1))
	text := func(words int) string {
		all := make([]string, words)
		for i := range all {
			all[i] = vocabulary[frequent.Uint64()]
		}
		return strings.Join(all, " ")
	}
	countries := strings.Fields("Angola Bangladesh Benin Bhutan Bolivia Botswana Brazil Cambodia Chad Chile Colombia Ecuador Egypt Ethiopia Fiji Gambia Ghana Guinea " +
		"Haiti India Indonesia Iraq Jordan Kenya Laos Lesotho Liberia Madagascar Malawi Mali Mexico Morocco Mozambique Nepal Niger Nigeria Pakistan Peru " +
		"Rwanda Senegal Somalia Sudan Tanzania Togo Tunisia Uganda Vietnam Yemen Zambia Zimbabwe")
	licences := []string{"MIT", "Apache-2.0", "GPL-3.0-only", "AGPL-3.0-only", "BSD-3-Clause", "MPL-2.0", "CC-BY-4.0"}
	goods := make([]catalog.Good, n)
	for i := range goods {
		path := fmt.Sprintf("%s-%d", vocabulary[frequent.Uint64()], i)
		goods[i] = catalog.Good{
			ID: fmt.Sprintf("%s-%06d", word(), i), Name: strings.ToUpper(text(1)[:1]) + text(1+random.IntN(3)), Description: text(30 + random.IntN(30)),
			SDGs: []int{1 + random.IntN(17), 1 + random.IntN(17)}, Sectors: []string{vocabulary[random.IntN(30)]},
			Licenses: []string{licences[random.IntN(len(licences))]}, DeploymentCountries: []string{},
			Organizations: []catalog.Organization{{Name: fmt.Sprintf("%s %d", text(2), random.IntN(1+n/3)), Role: "owner"}},
			Repositories:  []catalog.Repository{{URL: "https://forge.example/o/" + path, Host: "forge.example", Owner: "o", Path: path}},
		}
		for range random.IntN(5) {
			goods[i].DeploymentCountries = append(goods[i].DeploymentCountries, countries[random.IntN(len(countries))])
		}
	}
	return goods
}
