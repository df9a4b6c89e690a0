package automaton

import (
	"cmp"
	"encoding/binary"
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/midspan/midspan/internal/varint"
)

// encode writes the signature of the licences, the words, the pairs of words with which a
// match can begin, and then states, words and places of the transitions, each in a column
// of its own. A place is written as its distance from the end of the state, because most
// transitions lead to the state behind.
func (a *automaton) encode(signature string) []byte {
	var headers, words, places []byte
	for i := 0; i < len(a.dfa); {
		header := a.dfa[i]
		end := int64(i) + 1 + int64(header)
		headers = binary.AppendUvarint(headers, uint64(header))
		if i++; header&1 == 1 {
			headers = binary.AppendUvarint(headers, uint64(a.dfa[i]))
			i++
		}
		for ; int64(i) < end; i += 2 {
			words = binary.AppendVarint(words, int64(a.dfa[i]))
			places = binary.AppendVarint(places, int64(a.dfa[i+1])-end)
		}
	}
	var start []byte
	for _, pair := range slices.SortedFunc(maps.Keys(a.start), func(a, b [2]int32) int { return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1])) }) {
		start = binary.AppendVarint(binary.AppendVarint(start, int64(pair[0])), int64(pair[1]))
	}
	b := varint.AppendText(nil, signature)
	b = varint.AppendText(b, strings.Join(a.dict.list, "\n"))
	for _, column := range [][]byte{start, headers, words, places} {
		b = varint.AppendText(b, string(column))
	}
	return binary.AppendUvarint(b, uint64(len(a.dfa)))
}

var errFile = errors.New("it is not a file of this kind")

// decode reads what encode wrote of licences with a signature.
func decode(data []byte, signature string) (*automaton, error) {
	var parts [6]column
	for i := range parts {
		text, rest, ok := varint.CutText(data)
		if !ok {
			return nil, errFile
		}
		parts[i], data = text, rest
	}
	size, n := binary.Uvarint(data)
	if n <= 0 || string(parts[0]) != signature || size > uint64(len(parts[3])+len(parts[4])+len(parts[5])) {
		return nil, errFile
	}
	list := strings.Split(string(parts[1]), "\n")
	a := &automaton{dict: &dictionary{dict: make(map[string]int32, len(list)), list: list}, start: map[[2]int32]struct{}{}}
	for i, word := range list {
		a.dict.dict[word] = int32(i)
	}
	for start := &parts[2]; len(*start) > 0; {
		a.start[[2]int32{int32(start.signed()), int32(start.signed())}] = struct{}{}
	}
	a.dfa = decodeStates(int(size), &parts[3], &parts[4], &parts[5])
	return a, nil
}

// decodeStates fills a table of a size.
func decodeStates(size int, headers, words, places *column) []int32 {
	dfa := make([]int32, 0, size)
	for len(*headers) > 0 {
		header := headers.unsigned()
		end := len(dfa) + 1 + int(header)
		if dfa = append(dfa, int32(header)); header&1 == 1 {
			dfa = append(dfa, int32(headers.unsigned()))
		}
		for len(dfa) < end && len(*words) > 0 {
			dfa = append(dfa, int32(words.signed()), int32(places.signed()+int64(end)))
		}
	}
	return dfa
}

// column is a list of numbers that is read from its beginning. Behind its end and behind
// what is none all are zero.
type column []byte

func (c *column) unsigned() uint64 {
	v, n := binary.Uvarint(*c)
	c.skip(n)
	return v
}

func (c *column) signed() int64 {
	v, n := binary.Varint(*c)
	c.skip(n)
	return v
}

func (c *column) skip(n int) {
	if n <= 0 {
		n = len(*c)
	}
	*c = (*c)[n:]
}
