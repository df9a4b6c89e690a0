// Package search makes the index that the search page of a report reads: small scripts,
// of which a search loads those that hold its words, and those of the goods that it
// shows. No server answers, and a report that is opened from a disk is searched alike.
//
// Three kinds of file lie in the folder [Folder], and each calls one function of the
// page:
//
//	about.js          midspanSearch.about({asOf, goods, block, keys})
//	words-KEY.js      midspanSearch.words(KEY, {word: "in names|elsewhere"})
//	goods-N.js        midspanSearch.goods(N, [[name, page, stage, about], …])
//
// A key is the first two characters of a word. Goods are numbered by their weight, the
// heaviest first, so that the first numbers of a list are what a reader wants to see. A
// list of numbers holds the distance of each to the one before it, in base 36.
package search

import (
	"bufio"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Folder is where the files lie in the folder of a report.
const Folder = "search/"

const (
	block    = 100  // goods a file
	longest  = 40   // characters of a word; the rest of it is left out
	mostText = 4000 // bytes of the texts of a good that are read
)

// Good is what is found: texts are clean, and Page is its address in the report.
type Good struct {
	Name, Page, Stage string
	About             string  // a line that tells it from others of its name
	Weight            float64 // the heavier, the earlier among goods that match alike
	Names, Texts      []string
}

// Index is filled good by good, and written once.
type Index struct {
	goods []shown
	words map[string][]posting
}

// shown is what a result shows.
type shown struct {
	name, page, stage, about string
	weight                   float64
}

// posting is the arrival of a good and whether the word stands in its names: twice the
// arrival, and one more where it does.
type posting uint32

func (p posting) good() int    { return int(p >> 1) }
func (p posting) inName() bool { return p&1 == 1 }

// Add adds a good.
func (x *Index) Add(g Good) {
	if x.words == nil {
		x.words = map[string][]posting{}
	}
	arrival := posting(len(x.goods)) << 1
	x.goods = append(x.goods, shown{g.Name, g.Page, g.Stage, g.About, g.Weight})
	in := map[string]posting{}
	for _, word := range wordsOf(g.Texts) {
		in[word] = arrival
	}
	for _, word := range wordsOf(g.Names) {
		in[word] = arrival | 1
	}
	for word, at := range in {
		x.words[word] = append(x.words[word], at)
	}
}

// wordsOf are the words of texts, as far as they are read.
func wordsOf(texts []string) []string {
	var all []string
	left := mostText
	for _, text := range texts {
		if len(text) > left {
			text = strings.ToValidUTF8(text[:left], "")
		}
		left -= len(text)
		all = append(all, Words(text)...)
	}
	return all
}

// Words are the words of a text as they are compared: without accents and case, each
// sign of a script that puts no spaces between words by itself. search.js does the same
// with what a reader writes.
func Words(text string) []string {
	var words []string
	var word []rune
	end := func() {
		if len(word) > 0 {
			words = append(words, string(word))
		}
		word = word[:0]
	}
	for _, r := range strings.ToLower(norm.NFKD.String(text)) {
		switch {
		case unicode.Is(unicode.M, r):
		case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar):
			end()
			words = append(words, string(r))
		case unicode.IsLetter(r) || unicode.IsNumber(r):
			if len(word) < longest {
				word = append(word, r)
			}
		default:
			end()
		}
	}
	end()
	return words
}

// Write writes the files of the index; asOf is the day of the report, which the page
// compares with its own.
func (x *Index) Write(asOf string, write func(name string, content func(io.Writer) error) error) error {
	order := make([]int, len(x.goods)) // arrivals, by number
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		return cmp.Or(cmp.Compare(x.goods[b].weight, x.goods[a].weight), cmp.Compare(x.goods[a].page, x.goods[b].page))
	})
	keys := map[string]map[string]string{}
	numbers := make([]int, len(order)) // by arrival
	for number, arrival := range order {
		numbers[arrival] = number
	}
	for word, in := range x.words {
		key := keyOf(word)
		if keys[key] == nil {
			keys[key] = map[string]string{}
		}
		keys[key][word] = encode(in, numbers)
	}
	for _, key := range slices.Sorted(maps.Keys(keys)) {
		if err := write(Folder+"words-"+FileKey(key)+".js", call("words", key, keys[key])); err != nil {
			return err
		}
	}
	for n := 0; n*block < len(order); n++ {
		var rows [][4]string
		for _, arrival := range order[n*block : min((n+1)*block, len(order))] {
			g := x.goods[arrival]
			rows = append(rows, [4]string{g.name, g.page, g.stage, g.about})
		}
		if err := write(Folder+"goods-"+strconv.Itoa(n)+".js", call("goods", n, rows)); err != nil {
			return err
		}
	}
	about := map[string]any{"asOf": asOf, "goods": len(order), "block": block, "keys": slices.Sorted(maps.Keys(keys))}
	return write(Folder+"about.js", call("about", about))
}

// keyOf is the beginning of a word that names its file.
func keyOf(word string) string {
	_, first := utf8.DecodeRuneInString(word)
	_, second := utf8.DecodeRuneInString(word[first:])
	return word[:first+second]
}

// FileKey is a key as it stands in the name of a file: digits and letters of ASCII as
// they are, everything else by the numbers of its characters.
func FileKey(key string) string {
	plain := func(r rune) bool { return 'a' <= r && r <= 'z' || '0' <= r && r <= '9' }
	if strings.IndexFunc(key, func(r rune) bool { return !plain(r) }) < 0 {
		return key
	}
	var points []string
	for _, r := range key {
		points = append(points, strconv.FormatInt(int64(r), 16))
	}
	return "u-" + strings.Join(points, "-")
}

// encode writes the goods that have a word: those with it in a name, a bar, the others.
func encode(in []posting, numbers []int) string {
	var lists [2][]int
	for _, p := range in {
		list := &lists[1]
		if p.inName() {
			list = &lists[0]
		}
		*list = append(*list, numbers[p.good()])
	}
	var out strings.Builder
	for i, list := range lists {
		if i > 0 {
			out.WriteByte('|')
		}
		slices.Sort(list)
		before := 0
		for j, n := range list {
			if j > 0 {
				out.WriteByte(',')
			}
			out.WriteString(strconv.FormatInt(int64(n-before), 36))
			before = n
		}
	}
	return out.String()
}

// call writes a script that calls a function of the page with values.
func call(function string, values ...any) func(io.Writer) error {
	return func(to io.Writer) error {
		w := bufio.NewWriter(to)
		fmt.Fprintf(w, "midspanSearch.%s(", function)
		for i, value := range values {
			encoded, err := json.Marshal(value)
			if err != nil {
				return err
			}
			if i > 0 {
				w.WriteByte(',')
			}
			w.Write(encoded)
		}
		w.WriteString(");\n")
		return w.Flush()
	}
}
