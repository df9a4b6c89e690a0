package portfolio

import (
	"cmp"
	"math"
	"slices"

	"github.com/midspan/midspan/internal/assess"
)

// Ending is a good that is fading, dormant or sunset, with the living goods of
// the catalog that are most like it.
type Ending struct {
	Good  string       `json:"good"`
	Stage assess.Stage `json:"stage"`
	// Alternatives are sustained, in the messy middle or emerging; the most alike
	// first, five at most. Empty where none of the catalog is alike enough.
	Alternatives []Alternative `json:"alternatives"`
}

// Alternative is a good that could replace another, judging by what the catalog says
// of both. Nobody tried it.
type Alternative struct {
	Good  string       `json:"good"`
	Stage assess.Stage `json:"stage"`
	// Similarity is the sum of its parts by their weights, 0 to 1. What the catalog
	// does not say of both adds nothing.
	Similarity float64    `json:"similarity"`
	Parts      []Likeness `json:"parts"`
}

// Likeness is one part of a similarity.
type Likeness struct {
	Part   string   `json:"part"`   // type, sdg, sector or description
	Value  float64  `json:"value"`  // 0 to 1
	Weight float64  `json:"weight"` // 0 for type: it has to agree, and adds nothing
	Shared []string `json:"shared"` // what both name
}

// Parameters of the similarity. Goals and sectors are broad: a fifth of a catalog
// shares "health", and only the words of names and descriptions distinguish a patient
// record from a map of malaria. So goods must share terms of their domain: words that few
// other goods use, and that software of any domain does not say of itself. Terms are weighed
// by the cosine of their inverse document frequencies (Salton and Buckley 1988, binary
// frequency of a term: a description names each once). Whatever else goods share only
// orders them. Chosen on one half of the DPG registry; docs/trial.md says how often a
// person agreed on the other.
const (
	sdgWeight         = 0.25
	sectorWeight      = 0.35
	wordWeight        = 0.4
	minSimilarity     = 0.2
	minWordSimilarity = 0.26 // the least that counts as shared terms: descriptions are short
	minSharedWords    = 2    // the fewest of them: one is chance
	maxAlternative    = 5
	maxSharedWords    = 6
	// commonShare is the share of goods above which a word says nothing, in a
	// catalog of at least manyGoods.
	commonShare = 0.125
	manyGoods   = 40
)

// Endings lists the goods that are fading, dormant or sunset, sorted by id, each with
// its alternatives.
func (p *Portfolio) Endings() []Ending {
	all := p.traits()
	endings := []Ending{}
	for i, good := range p.goods {
		if good.stage.Ending() {
			endings = append(endings, Ending{Good: good.id, Stage: good.stage, Alternatives: p.alternatives(i, all)})
		}
	}
	slices.SortFunc(endings, func(a, b Ending) int { return cmp.Compare(a.Good, b.Good) })
	return endings
}

// alternatives are the living goods that are most similar to one.
func (p *Portfolio) alternatives(of int, all catalogTraits) []Alternative {
	found := []Alternative{}
	for _, other := range all.candidates(of) {
		if alike := all.compare(of, int(other.good), other.weight); alike.similarEnough(other.words) {
			at := p.goods[other.good]
			found = append(found, Alternative{Good: at.id, Stage: at.stage, Similarity: roundHundredth(alike.sum())})
		}
	}
	slices.SortFunc(found, func(a, b Alternative) int {
		return cmp.Or(cmp.Compare(b.Similarity, a.Similarity), cmp.Compare(a.Good, b.Good))
	})
	found = found[:min(maxAlternative, len(found))]
	for i := range found {
		found[i].Parts = p.parts(of, int(p.index[found[i].Good]), all)
	}
	return slices.Clone(found)
}

// parts are those of a similarity.
func (p *Portfolio) parts(of, other int, all catalogTraits) []Likeness {
	a, b := p.goods[of], p.goods[other]
	alike := all.compare(of, other, all.weight(all.goods[of].words, all.goods[other].words))
	var parts []Likeness
	add := func(part string, value, weight float64, shared []string) {
		if value >= 0 {
			parts = append(parts, Likeness{Part: part, Value: roundHundredth(value), Weight: weight, Shared: shared})
		}
	}
	add("type", alike.types, 0, shared(a.types, b.types))
	add("sdg", alike.sdgs, sdgWeight, shared(a.sdgs, b.sdgs))
	add("sector", alike.sectors, sectorWeight, shared(a.sectors, b.sectors))
	add("description", alike.words, wordWeight, all.sharedTerms(of, other, a.terms))
	return parts
}

// sharedTerms are the first terms that two goods share, the rarest first, as one of them
// writes them.
func (c *catalogTraits) sharedTerms(of, other int, terms []term) []string {
	var ids []uint32
	eachCommon(c.goods[of].words, c.goods[other].words, func(id uint32) { ids = append(ids, id) })
	words := []string{}
	terms = slices.Clone(terms)
	slices.SortStableFunc(terms, func(x, y term) int {
		return cmp.Compare(c.rarity[c.ids[stemKey(y.stem)]], c.rarity[c.ids[stemKey(x.stem)]])
	})
	for _, t := range terms {
		if slices.Contains(ids, c.ids[stemKey(t.stem)]) {
			words = append(words, t.word)
		}
	}
	return words[:min(maxSharedWords, len(words))]
}

// stemKey is a stem as a name for idsOf: a sector of the same name is another trait.
func stemKey(stem string) string { return "term " + stem }

// shared are the values of a that b has too, each once, sorted.
func shared(a, b []string) []string {
	both := []string{}
	for _, name := range a {
		if slices.ContainsFunc(b, func(other string) bool { return plainName(name) == plainName(other) }) {
			both = append(both, name)
		}
	}
	slices.Sort(both)
	return slices.Compact(both)
}

func roundHundredth(f float64) float64 { return math.Round(100*f) / 100 }

// similarity is how similar two goods are, part by part, each 0 to 1; below zero where
// the catalog does not have it of both.
type similarity struct{ types, sdgs, sectors, words float64 }

// similarEnough reports whether one good could replace another. They must not be of
// different types, share terms of a domain, and share a goal or a sector where the catalog
// has them of both.
func (l similarity) similarEnough(words int) bool {
	apart := l.sdgs == 0 && l.sectors <= 0 || l.sectors == 0 && l.sdgs <= 0
	return l.types != 0 && !apart && words >= minSharedWords && l.words >= minWordSimilarity && l.sum() >= minSimilarity
}

func (l similarity) sum() float64 {
	return max(l.sdgs, 0)*sdgWeight + max(l.sectors, 0)*sectorWeight + max(l.words, 0)*wordWeight
}

// catalogTraits are the traits of all goods, as sets of ids, with an index of words.
type catalogTraits struct {
	ids          map[string]uint32
	rarity       []float64 // of words, by id: the logarithm of how few goods have it
	goods        []traits
	livingByWord [][]uint32 // of words, by id: the living goods that use it

	scratch []uint32 // for candidates: by good, zero between calls
}

// traits are what is compared of one good: sorted sets of ids.
type traits struct {
	types, sdgs, sectors, words []uint32
	norm                        float64 // of the words
}

func (p *Portfolio) traits() catalogTraits {
	all := catalogTraits{ids: map[string]uint32{}}
	own := make([][]uint32, len(p.goods)) // the words of the name of each
	for i, good := range p.goods {
		var stems []string
		for _, t := range good.terms {
			stems = append(stems, t.stem)
		}
		all.goods = append(all.goods, traits{
			types: all.idsOf(good.types), sdgs: all.idsOf(good.sdgs), sectors: all.idsOf(good.sectors), words: all.idsOf(keysOf(stems)),
		})
		own[i] = all.idsOf(keysOf(good.named))
	}
	all.weighWords(own)
	all.listLiving(p.goods)
	return all
}

func keysOf(stems []string) []string {
	keys := make([]string, len(stems))
	for i, stem := range stems {
		keys[i] = stemKey(stem)
	}
	return keys
}

// weighWords weighs each word by how few goods use it. A word that stands only in the
// descriptions of goods which are called so is a name of theirs and none of a domain. own
// are the words of the name of each good.
func (c *catalogTraits) weighWords(own [][]uint32) {
	in, byOthers := make([]float64, len(c.ids)), make([]bool, len(c.ids))
	for i, good := range c.goods {
		for _, word := range good.words {
			in[word]++
			byOthers[word] = byOthers[word] || !slices.Contains(own[i], word)
		}
	}
	c.rarity = make([]float64, len(in))
	for id, n := range in {
		if goods := float64(len(c.goods)); byOthers[id] && (goods < manyGoods || n <= commonShare*goods) {
			c.rarity[id] = math.Log((goods + 1) / (n + 1))
		}
	}
	for i := range c.goods {
		c.goods[i].words = slices.DeleteFunc(c.goods[i].words, func(word uint32) bool { return c.rarity[word] == 0 })
		c.goods[i].norm = math.Sqrt(c.weight(c.goods[i].words, c.goods[i].words))
	}
}

// listLiving lists the living goods by the words that they use.
func (c *catalogTraits) listLiving(goods []profile) {
	c.livingByWord, c.scratch = make([][]uint32, len(c.ids)), make([]uint32, len(goods))
	for i, good := range goods {
		if !living(good.stage) {
			continue
		}
		for _, word := range c.goods[i].words {
			c.livingByWord[word] = append(c.livingByWord[word], uint32(i))
		}
	}
}

// candidate is a living good, with how many words it shares and their weight.
type candidate struct {
	good   uint32
	words  int
	weight float64
}

// candidates are the living goods that share a word with one. A catalog is too large to
// compare each with each.
func (c *catalogTraits) candidates(of int) []candidate {
	var all []candidate
	at := c.scratch // by good: its place in all, from 1
	for _, word := range c.goods[of].words {
		for _, good := range c.livingByWord[word] {
			if at[good] == 0 {
				all = append(all, candidate{good: good})
				at[good] = uint32(len(all))
			}
			one := &all[at[good]-1]
			one.words++
			one.weight += c.rarity[word] * c.rarity[word]
		}
	}
	for _, one := range all {
		at[one.good] = 0
	}
	return all
}

// idsOf are the ids of names, sorted.
func (c *catalogTraits) idsOf(names []string) []uint32 {
	var numbers []uint32
	for _, name := range names {
		key := plainName(name)
		id, known := c.ids[key]
		if !known {
			id = uint32(len(c.ids))
			c.ids[key] = id
		}
		numbers = append(numbers, id)
	}
	slices.Sort(numbers)
	return slices.Compact(numbers)
}

// Compare compares two goods. words is the weight of the words that both have.
func (c *catalogTraits) compare(i, j int, words float64) similarity {
	a, b := &c.goods[i], &c.goods[j]
	l := similarity{types: -1, sdgs: jaccard(a.sdgs, b.sdgs), sectors: jaccard(a.sectors, b.sectors), words: -1}
	if len(a.types) > 0 && len(b.types) > 0 {
		l.types = float64(countTrue(jaccard(a.types, b.types) > 0))
	}
	if a.norm > 0 && b.norm > 0 {
		l.words = words / (a.norm * b.norm)
	}
	return l
}

// jaccard is the Jaccard index of two sorted sets; below zero where one is empty.
func jaccard(a, b []uint32) float64 {
	if len(a) == 0 || len(b) == 0 {
		return -1
	}
	both := 0
	eachCommon(a, b, func(uint32) { both++ })
	return float64(both) / float64(len(a)+len(b)-both)
}

// weight is the sum of the squared rarities of the words in both sets.
func (c *catalogTraits) weight(a, b []uint32) float64 {
	sum := 0.0
	eachCommon(a, b, func(word uint32) { sum += c.rarity[word] * c.rarity[word] })
	return sum
}

// eachCommon calls yield for every value that two sorted sets have in common.
func eachCommon(a, b []uint32, yield func(uint32)) {
	for len(a) > 0 && len(b) > 0 {
		switch {
		case a[0] < b[0]:
			a = a[1:]
		case a[0] > b[0]:
			b = b[1:]
		default:
			yield(a[0])
			a, b = a[1:], b[1:]
		}
	}
}
