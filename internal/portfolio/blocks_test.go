package portfolio

import (
	"testing"

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
