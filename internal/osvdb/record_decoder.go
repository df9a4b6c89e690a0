package osvdb

import (
	"context"
	"errors"
	"fmt"
	"path"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/midspan/midspan/internal/osvdb/record"
)

// Limits of a batch of members that one goroutine reads at a time.
const (
	batchMembers = 256
	batchBytes   = 1 << 20 // unpacked
)

// maxEntries bounds the entries of one record, in bytes. A record that names many
// packages is stored once for each of them.
const maxEntries = 4 * maxRecord

// batch holds the rows of some members, in their order.
type batch struct {
	indexes []uint32 // in listing.members
	results []result
	rows    []row
	data    []byte // of the rows
}

// result describes one member after it was read.
type result struct {
	id       uint64
	modified int64
	state    memberState
	rows     int    // how many of the batch's rows are its own
	file     string // its name, where it is broken
	err      error  // why it is broken
}

// row is the encoded entry of one package.
type row struct {
	name        uint64 // hash of the package's name
	offset, end uint32 // in batch.data
}

// recordDecoder turns members into rows. Each goroutine has one of its own.
type recordDecoder struct {
	ecosystem string
	members   *memberReader
	parser    record.Parser
}

func (r *recordDecoder) decodeBatch(b *batch, members []member) {
	b.results, b.rows, b.data = b.results[:0], b.rows[:0], b.data[:0]
	for _, index := range b.indexes {
		b.results = append(b.results, r.decode(b, members[index]))
	}
}

func (r *recordDecoder) decode(b *batch, m member) result {
	name, data, err := r.members.read(m)
	if err != nil {
		return result{state: memberBroken | memberUnreadable, file: fileName(name), err: err}
	}
	from, err := r.parser.Parse(data)
	if err != nil && !errors.Is(err, record.ErrPartial) {
		return result{state: memberBroken, file: fileName(name), err: err}
	}
	res := result{id: hash(from.ID)}
	if !from.Modified.IsZero() {
		res.modified = from.Modified.Unix()
	}
	if err != nil {
		res.state, res.file, res.err = memberBroken, fileName(name), err
	}
	if !from.Names(r.ecosystem) {
		res.state |= memberForeign
		return res
	}
	if from.Withdrawn.Is {
		res.state |= memberWithdrawn
		return res
	}
	if strings.HasPrefix(from.ID, record.MalwarePrefix) {
		res.state |= memberMalware
	}
	if res.rows, err = r.appendRows(b, from); err != nil {
		return result{state: memberBroken, file: fileName(name), err: err}
	}
	return res
}

// appendRows adds the entries of a record to a batch: all of them, or none.
func (r *recordDecoder) appendRows(b *batch, from record.Record) (int, error) {
	rows, start := len(b.rows), len(b.data)
	for _, e := range from.Entries(r.ecosystem) {
		row := row{name: hash(e.Name), offset: uint32(len(b.data))}
		b.data = e.Append(b.data, r.ecosystem)
		row.end = uint32(len(b.data))
		b.rows = append(b.rows, row)
		if len(b.data)-start > maxEntries {
			b.rows, b.data = b.rows[:rows], b.data[:start]
			return 0, fmt.Errorf("%w of %d bytes for all that it says of single packages", errTooLarge, maxEntries)
		}
	}
	return len(b.rows) - rows, nil
}

// readAll reads members on all cores. It calls store with batches in the order of
// indexes, from the goroutine that called it. Few batches are in memory at a time: a
// batch is reused once store has returned.
func readAll(ctx context.Context, from *ecosystemReader, now time.Time, members []member, indexes []uint32, store func(*batch) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	workers := runtime.GOMAXPROCS(0)
	idle, queue := make(chan *recordDecoder, workers), make(chan chan *batch, 2*workers)
	for range workers {
		idle <- &recordDecoder{ecosystem: from.ecosystem, members: from.reader(), parser: record.Parser{Now: now}}
	}
	used := sync.Pool{New: func() any { return &batch{} }}
	go func() {
		defer close(queue)
		for len(indexes) > 0 && ctx.Err() == nil {
			b, n := used.Get().(*batch), batchOf(members, indexes)
			b.indexes, indexes = indexes[:n], indexes[n:]
			done := make(chan *batch, 1)
			queue <- done
			decoder := <-idle
			go func() {
				decoder.decodeBatch(b, members)
				idle <- decoder
				done <- b
			}()
		}
	}()
	var failed error
	for done := range queue {
		b := <-done
		if failed == nil {
			failed = store(b)
		}
		if failed != nil {
			cancel()
		}
		used.Put(b)
	}
	if failed == nil {
		failed = ctx.Err()
	}
	return failed
}

// batchOf returns how many members, from the first index on, make a batch.
func batchOf(members []member, indexes []uint32) int {
	n, size := 0, 0
	for n < len(indexes) && n < batchMembers && (n == 0 || size < batchBytes) {
		size += min(members[indexes[n]].size(), maxRecord)
		n++
	}
	return n
}

// fileName is the last element of a path in an archive, made safe for a message.
func fileName(name []byte) string {
	return strings.ToValidUTF8(path.Base(string(name)), "\uFFFD")
}
