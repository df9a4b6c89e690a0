// Package served shows whom goods serve and how they can be left: standards for exchange,
// proprietary services, one organization's share of the work, and content, data and models by
// measures of their own kind.
package served

import (
	"cmp"
	"maps"
	"slices"

	"github.com/midspan/midspan/internal/language"
	"github.com/midspan/midspan/internal/report"
	"github.com/midspan/midspan/internal/serves"
)

// most bounds the goods of a table. report.json has all.
const most = 25

// Across is what a portfolio shows; nil where nobody looked.
type Across struct {
	Looked     int // goods of which somebody looked
	Interfaces []Named
	Services   []Named
	Held       []Held // goods of which one organization makes most of the work, the largest share first
	HeldMore   int
	Shares     int // goods with a share
	Own        []Own
	OwnMore    int
	// One line on each, for what is folded.
	ExchangeLine, LockInLine, OwnLine string
}

// Named is a standard or a service with the goods that have it, by id.
type Named struct {
	Name  string
	Goods []string
}

// Held is a good with the share of its first organization.
type Held struct {
	ID    string
	Share float64
}

// Own is a content, data or AI good.
type Own struct {
	ID, Kind, OnList, Fields, Changes string
}

// mostOfTheWork is the share from which one organization holds a good.
const mostOfTheWork = 0.9

// AcrossOf counts over all goods.
func AcrossOf(w report.Localizer, goods []report.Good) *Across {
	a := &Across{}
	interfaces, services := map[string][]string{}, map[string][]string{}
	for _, good := range goods {
		f := good.Facts
		if f.Asked() {
			a.Looked++
		}
		for _, name := range f.Interfaces {
			interfaces[name] = append(interfaces[name], good.ID)
		}
		for _, name := range f.Services {
			services[name] = append(services[name], good.ID)
		}
		if f.FirstShare != nil {
			a.Shares++
			if *f.FirstShare >= mostOfTheWork {
				a.Held = append(a.Held, Held{good.ID, *f.FirstShare})
			}
		}
		if kind := serves.KindOf(good.Types); kind != "" {
			a.Own = append(a.Own, ownOf(w, good, kind))
		}
	}
	if a.Looked == 0 && a.Shares == 0 {
		return nil
	}
	a.Interfaces, a.Services = ranked(interfaces), ranked(services)
	slices.SortStableFunc(a.Held, func(x, y Held) int { return cmp.Compare(y.Share, x.Share) })
	a.ExchangeLine = w.Translate("{n|good has|goods have} a file of a standard for exchange, of {all} looked at.", "n", countGoods(interfaces), "all", a.Looked)
	a.LockInLine = w.Translate("One organization does nine tenths of the work or more on {n|good|goods}, of {all} where it is seen.", "n", len(a.Held), "all", a.Shares)
	a.OwnLine = w.Translate("{n|good is|goods are} content, data or a model.", "n", len(a.Own))
	a.Held, a.HeldMore = cut(a.Held)
	a.Own, a.OwnMore = cut(a.Own)
	return a
}

func cut[T any](all []T) ([]T, int) {
	n := min(len(all), most)
	return all[:n], len(all) - n
}

func countGoods(by map[string][]string) int {
	seen := map[string]bool{}
	for _, ids := range by {
		for _, id := range ids {
			seen[id] = true
		}
	}
	return len(seen)
}

// ranked lists what most goods have first.
func ranked(by map[string][]string) []Named {
	var all []Named
	for _, name := range slices.Sorted(maps.Keys(by)) {
		all = append(all, Named{name, by[name]})
	}
	slices.SortStableFunc(all, func(x, y Named) int { return cmp.Compare(len(y.Goods), len(x.Goods)) })
	return all
}

func ownOf(w report.Localizer, good report.Good, kind string) Own {
	o := Own{ID: good.ID, Kind: w.TranslateMessage(kinds[kind]), OnList: w.Translate("unknown"),
		Fields: w.Translate("unknown"), Changes: w.Translate("unknown")}
	if good.Facts.OnList != nil {
		o.OnList = w.Translate("no")
		if *good.Facts.OnList {
			o.OnList = w.Translate("yes")
		}
	}
	switch fields := good.Facts.CardFields; {
	case len(fields) > 0:
		o.Fields = w.ShortList(fields)
	case fields != nil:
		o.Fields = w.Translate("no card found")
	}
	if n := good.Facts.DataCommits; n != nil {
		o.Changes = w.TranslateArg(language.Bounded(*n, good.Facts.DataCommitsBound))
	}
	return o
}
