package advisory

import (
	"context"
	"errors"
	"fmt"
	"path"
	"runtime"
	"strings"
	"sync"
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
	json      jsonReader
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
	record, err := r.json.record(data)
	if err != nil && !errors.Is(err, errPartial) {
		return result{state: memberBroken, file: fileName(name), err: err}
	}
	res := result{id: hash(record.ID), modified: unix(record.Modified)}
	if err != nil {
		res.state, res.file, res.err = memberBroken, fileName(name), err
	}
	if record.Withdrawn != "" {
		res.state |= memberWithdrawn
		return res
	}
	if strings.HasPrefix(record.ID, malwarePrefix) {
		res.state |= memberMalware
	}
	if res.rows, err = r.appendRows(b, record); err != nil {
		return result{state: memberBroken, file: fileName(name), err: err}
	}
	return res
}

// appendRows adds the entries of a record to a batch: all of them, or none.
func (r *recordDecoder) appendRows(b *batch, from record) (int, error) {
	rows, start := len(b.rows), len(b.data)
	for _, n := range from.entries(r.ecosystem) {
		row := row{name: hash(n.name), offset: uint32(len(b.data))}
		b.data = n.append(b.data, r.ecosystem, n.name)
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
func readAll(ctx context.Context, from *ecosystemReader, members []member, indexes []uint32, store func(*batch) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	type job struct {
		*batch
		done chan *batch
	}
	workers := runtime.GOMAXPROCS(0)
	jobs, queue := make(chan job), make(chan chan *batch, 2*workers)
	used := make(chan *batch, 4*workers)
	var group sync.WaitGroup
	for range workers {
		group.Go(func() {
			r := recordDecoder{ecosystem: from.ecosystem, members: from.reader()}
			for j := range jobs {
				r.decodeBatch(j.batch, members)
				j.done <- j.batch
			}
		})
	}
	group.Go(func() {
		defer close(queue)
		defer close(jobs)
		for len(indexes) > 0 && ctx.Err() == nil {
			next := job{&batch{}, make(chan *batch, 1)}
			select {
			case next.batch = <-used:
			default:
			}
			n := batchOf(members, indexes)
			next.indexes, indexes = indexes[:n], indexes[n:]
			queue <- next.done
			jobs <- next
		}
	})
	var failed error
	for done := range queue {
		b := <-done
		if failed == nil {
			if failed = store(b); failed != nil {
				cancel()
			}
		}
		select {
		case used <- b:
		default:
		}
	}
	group.Wait()
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
