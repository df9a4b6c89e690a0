package portfolio

import (
	"slices"
	"testing"
	"time"

	"github.com/midspan/midspan/catalog"
	"github.com/midspan/midspan/internal/assess"
	"github.com/midspan/midspan/internal/observation"
)

// TestABlockIsRottenWhereSomethingSaysSo goes through what tells of a package's makers.
func TestABlockIsRottenWhereSomethingSaysSo(t *testing.T) {
	notice := func(whole bool, instead string) func(*Portfolio) {
		return func(p *Portfolio) {
			p.AddNotices([]observation.Notice{{Ecosystem: "npm", Name: "left", Version: "1", Whole: whole, Instead: instead}})
		}
	}
	published := func(stage assess.Stage, alone bool) func(*Portfolio) {
		return func(p *Portfolio) {
			p.AddGood(catalog.Good{ID: "maker"}, stage, []string{"npm:left"})
			if alone {
				p.CarriedByOne("maker")
			}
		}
	}
	unmaintained := func(p *Portfolio) {
		f := finding("left", "1", "RUSTSEC-1", "low", "")
		f.Unmaintained = true
		p.AddRepository("a", nil, nil, []observation.Finding{f})
	}
	for name, c := range map[string]struct {
		said      func(*Portfolio)
		relations []string // of the goods a, b, c
		lifecycle Lifecycle
		effort    Effort // empty where it is no block
		alone     bool
		instead   string
	}{
		"nothing said":                    {func(*Portfolio) {}, []string{"direct", "direct"}, Unseen, "", false, ""},
		"a version deprecated":            {notice(false, "right"), []string{"direct", "direct"}, Deprecated, Light, false, "right"},
		"abandoned":                       {notice(true, ""), []string{"direct", "direct", "direct"}, Ended, Heavy, false, ""},
		"unmaintained by an advisory":     {unmaintained, []string{"transitive", "transitive"}, Ended, Upstream, false, ""},
		"of a good that is dormant":       {published(assess.Dormant, false), []string{"direct", "direct"}, Ended, Light, false, ""},
		"of a good that fades":            {published(assess.Fading, false), []string{"direct", "direct"}, Quiet, "", false, ""},
		"of a good that one carries":      {published(assess.Sustained, true), []string{"direct", "direct"}, Kept, Light, true, ""},
		"of a good of which nobody knows": {published(assess.Unassessed, false), []string{"direct", "direct"}, Unseen, "", false, ""},
		"under one good":                  {notice(true, ""), []string{"direct"}, Ended, "", false, ""},
	} {
		t.Run(name, func(t *testing.T) {
			p := New()
			for i, relation := range c.relations {
				p.AddRepository(string(rune('a'+i)), []observation.Package{pkg("left", "1", relation)}, nil, nil)
			}
			c.said(p)
			if keystones := p.Keystones(9, func(string) bool { return true }); len(keystones) > 0 && keystones[0].Lifecycle != c.lifecycle {
				t.Errorf("the keystone is %s", keystones[0].Lifecycle)
			}
			blocks := p.Blocks(9)
			if c.effort == "" {
				if len(blocks) > 0 {
					t.Errorf("%+v", blocks)
				}
				return
			}
			if len(blocks) != 1 || blocks[0].Lifecycle != c.lifecycle || blocks[0].Effort != c.effort || blocks[0].OnePerson != c.alone || blocks[0].Instead != c.instead {
				t.Errorf("%+v", blocks)
			}
		})
	}
}

// TestWhatLockfilesAndAdvisoriesSayComesBeforeServices goes through who tells a lifecycle.
func TestWhatLockfilesAndAdvisoriesSayComesBeforeServices(t *testing.T) {
	day := time.Date(2026, 11, 30, 0, 0, 0, 0, time.UTC)
	said := func(change func(*observation.Upkeep)) func(*Portfolio) {
		u := observation.Upkeep{Ecosystem: "npm", Name: "left", Source: "deps.dev", Asked: day}
		change(&u)
		return func(p *Portfolio) { p.AddUpkeep([]observation.Upkeep{u}) }
	}
	old := said(func(u *observation.Upkeep) { u.NewestAt = day.AddDate(-3, 0, 0) })
	deprecated := said(func(u *observation.Upkeep) { u.Deprecated, u.Reason = true, "use right" })
	earlier := said(func(u *observation.Upkeep) { u.Deprecated, u.Asked = true, day.AddDate(0, 0, -9) })
	other := said(func(u *observation.Upkeep) { u.Deprecated, u.Source = true, "ecosyste.ms" })
	gone := said(func(u *observation.Upkeep) { u.Gone, u.Source = true, "ecosyste.ms" })
	notice := func(p *Portfolio) { p.AddNotices([]observation.Notice{{Ecosystem: "npm", Name: "left", Version: "1"}}) }
	unmaintained := func(p *Portfolio) {
		f := finding("left", "1", "RUSTSEC-1", "low", "")
		f.Unmaintained = true
		p.AddRepository("a", nil, nil, []observation.Finding{f})
	}
	published := func(stage assess.Stage) func(*Portfolio) {
		return func(p *Portfolio) { p.AddGood(catalog.Good{ID: "maker"}, stage, []string{"npm:left"}) }
	}
	by := func(name string) Said { return Said{By: name, Day: "2026-11-30"} }
	for name, c := range map[string]struct {
		says []func(*Portfolio)
		want Lifecycle
		said Said
	}{
		"nobody":                      {nil, Unseen, Said{}},
		"no version in two years":     {[]func(*Portfolio){old}, Quiet, by("deps.dev")},
		"deprecated":                  {[]func(*Portfolio){deprecated}, Deprecated, Said{By: "deps.dev", Day: "2026-11-30", Reason: "use right"}},
		"deprecated and old":          {[]func(*Portfolio){old, deprecated}, Deprecated, Said{By: "deps.dev", Day: "2026-11-30", Reason: "use right"}},
		"the newest answer":           {[]func(*Portfolio){earlier, deprecated}, Deprecated, Said{By: "deps.dev", Day: "2026-11-30", Reason: "use right"}},
		"two services":                {[]func(*Portfolio){other, deprecated}, Deprecated, Said{By: "deps.dev", Day: "2026-11-30", Reason: "use right"}},
		"another service alone":       {[]func(*Portfolio){other, old}, Deprecated, by("ecosyste.ms")},
		"gone":                        {[]func(*Portfolio){deprecated, gone}, Ended, by("ecosyste.ms")},
		"a lockfile first":            {[]func(*Portfolio){gone, notice}, Deprecated, Said{By: "lockfile"}},
		"an advisory first":           {[]func(*Portfolio){deprecated, unmaintained}, Ended, Said{By: "OSV"}},
		"of a good that ended":        {[]func(*Portfolio){deprecated, published(assess.Dormant)}, Ended, Said{By: "catalog"}},
		"of a good that is alive":     {[]func(*Portfolio){old, published(assess.Sustained)}, Kept, Said{By: "catalog"}},
		"deprecated by a living good": {[]func(*Portfolio){deprecated, published(assess.Sustained)}, Deprecated, Said{By: "deps.dev", Day: "2026-11-30", Reason: "use right"}},
		"of a good that nobody knows": {[]func(*Portfolio){old, published(assess.Unassessed)}, Quiet, by("deps.dev")},
	} {
		t.Run(name, func(t *testing.T) {
			for _, backwards := range []bool{false, true} { // the order of goods does not matter
				p := New()
				for _, good := range []string{"a", "b"} {
					p.AddRepository(good, []observation.Package{pkg("left", "1", observation.Direct)}, nil, nil)
				}
				says := slices.Clone(c.says)
				if backwards {
					slices.Reverse(says)
				}
				for _, say := range says {
					say(p)
				}
				k := p.Keystones(9, func(string) bool { return true })[0]
				if k.Lifecycle != c.want || k.Said != c.said {
					t.Errorf("%s by %+v, want %s by %+v", k.Lifecycle, k.Said, c.want, c.said)
				}
				blocks := p.Blocks(9)
				if rotten := c.want == Ended || c.want == Deprecated; (len(blocks) == 1) != rotten || rotten && blocks[0].Said != c.said {
					t.Errorf("blocks %+v", blocks)
				}
			}
		})
	}
}

// What only builds or tests with a package does not rest on it.
func TestABlockIsWhatRuns(t *testing.T) {
	p := New()
	for _, good := range []string{"a", "b"} {
		one := pkg("left", "1", observation.Direct)
		one.Groups = []string{"dev"}
		p.AddRepository(good, []observation.Package{one}, nil, nil)
	}
	p.AddNotices([]observation.Notice{{Ecosystem: "npm", Name: "left", Version: "1"}})
	if blocks := p.Blocks(9); len(blocks) > 0 {
		t.Errorf("%+v", blocks)
	}
}
