package gittest

import (
	"bytes"
	"compress/zlib"
	"crypto/sha1"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash/adler32"
	"hash/crc32"
	"io"
	"slices"
	"strings"
)

// Packed is one object of a pack: contents, or a delta on another object.
type Packed struct {
	// OID is its id in the index; nothing checks it.
	OID string
	// Kind is 1 to 4 for a commit, tree, blob and tag, 7 for a delta on Base.
	Kind int
	Base string
	Data []byte
}

// Blob and Delta are kinds of packed objects.
const (
	KindBlob  = 3
	KindDelta = 7
)

// Pack writes objects into one pack with its index, in the order given.
func (r *Repository) Pack(objects ...Packed) {
	r.T.Helper()
	var pack bytes.Buffer
	pack.WriteString("PACK")
	_ = binary.Write(&pack, binary.BigEndian, []uint32{2, uint32(len(objects))})
	offsets, sums := map[string]uint32{}, map[string]uint32{}
	for _, o := range objects {
		at := pack.Len()
		offsets[o.OID] = uint32(at)
		pack.Write(packedHead(o.Kind, len(o.Data)))
		if o.Kind == KindDelta {
			pack.Write(rawID(o.Base))
		}
		pack.Write(r.deflate(o.Data))
		sums[o.OID] = crc32.ChecksumIEEE(pack.Bytes()[at:])
	}
	end := sha1.Sum(pack.Bytes())
	pack.Write(end[:])
	name := "objects/pack/pack-" + hex.EncodeToString(end[:])
	r.File(name+".pack", pack.String())
	r.File(name+".idx", packIndex(offsets, sums, end))
}

func rawID(oid string) []byte {
	raw, _ := hex.DecodeString(oid) // an invalid id is what the caller wants
	return raw
}

// packedHead holds kind and size, seven bits a byte after the first four.
func packedHead(kind, size int) []byte {
	head := []byte{byte(kind<<4 | size&15)}
	for size >>= 4; size > 0; size >>= 7 {
		head[len(head)-1] |= 0x80
		head = append(head, byte(size&0x7f))
	}
	return head
}

func packIndex(offsets, sums map[string]uint32, pack [sha1.Size]byte) string {
	var ids []string
	for oid := range offsets {
		ids = append(ids, oid)
	}
	slices.Sort(ids)
	var index bytes.Buffer
	index.WriteString("\xfftOc\x00\x00\x00\x02")
	write := func(value uint32) { _ = binary.Write(&index, binary.BigEndian, value) }
	for first := range 256 {
		count, _ := slices.BinarySearch(ids, fmt.Sprintf("%02x", first+1))
		if first == 255 {
			count = len(ids)
		}
		write(uint32(count))
	}
	for _, oid := range ids {
		index.Write(rawID(oid))
	}
	for _, oid := range ids {
		write(sums[oid])
	}
	for _, oid := range ids {
		write(offsets[oid])
	}
	index.Write(pack[:])
	end := sha1.Sum(index.Bytes())
	return index.String() + string(end[:])
}

// Delta makes an object out of the first length bytes of one of size base, so
// many times over, and text behind it.
func Delta(base, length, times int, text string) []byte {
	delta := append(varint(base), varint(length*times+len(text))...)
	for range times { // copy from 0: three bytes of length, none of offset
		delta = append(delta, 0x80|0x70, byte(length), byte(length>>8), byte(length>>16))
	}
	if text != "" {
		delta = append(delta, byte(len(text)))
		delta = append(delta, text...)
	}
	return delta
}

func varint(n int) []byte { return binary.AppendUvarint(nil, uint64(n)) }

// Zeros writes a blob of n zero bytes, a multiple of 1 MiB, without holding
// them: the same deflated block again and again.
func (r *Repository) Zeros(n int) string {
	r.T.Helper()
	head := fmt.Sprintf("blob %d\x00", n)
	hash := sha1.New()
	_, _ = io.WriteString(hash, head)
	block := make([]byte, 1<<20)
	for range n / len(block) {
		_, _ = hash.Write(block)
	}
	oid := hex.EncodeToString(hash.Sum(nil))

	var first, second bytes.Buffer
	w, _ := zlib.NewWriterLevel(&first, zlib.BestSpeed)
	_, _ = io.WriteString(w, head)
	_ = w.Flush()
	second.Write(first.Bytes())
	_, _ = w.Write(block)
	_ = w.Flush()
	zeros := first.Bytes()[second.Len():]
	second.WriteString(strings.Repeat(string(zeros), n/len(block)))
	second.Write([]byte{1, 0, 0, 0xff, 0xff}) // the last block, empty
	sum := adler32.Checksum([]byte(head))
	a, b := uint64(sum&0xffff), uint64(sum>>16)
	_ = binary.Write(&second, binary.BigEndian, uint32((b+a*uint64(n)%65521)%65521<<16|a))
	r.File(Loose(oid), second.String())
	return oid
}
