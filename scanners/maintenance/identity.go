package maintenance

import (
	"hash/maphash"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/midspan/midspan/internal/institution"
)

// none is the number of an author who is no person (a bot), or of the
// organization of an address that has none.
const none = -1

// author is what a commit keeps of the one who made it: numbers that mean
// nothing outside one History.
type author struct {
	person       int32 // none for a bot
	organization int32 // none where the address belongs to none
	public       bool  // the organization is a public body or a university, by its domain
	ofOwner      bool  // the organization bears the name of the repository's owner
}

// identities turns names and addresses into numbers. .mailmap has been applied
// before. Two identities are one person where they share
//
//  1. an address, whatever its case; GitHub's and GitLab's noreply addresses
//     with and without the account's number are the same address, and two with
//     the same number are one account that was renamed;
//  2. a name of at least two words of two letters or more, whatever its case,
//     accents, punctuation and order. One word is a nickname, a first name or
//     "root": different people share it.
//
// Addresses and names that many people share (an empty one, "you@example.com",
// "Your Name") join nobody.
//
// It holds no text: every key is a hash under a seed that lives as long as the
// process reads this history. Two different keys meet in one hash about once in
// 2^64 / n² histories of n identities.
type identities struct {
	seed          maphash.Seed
	owner         Owner             // the account in letters and digits
	written       map[uint64]author // by name and address as written: most commits repeat one
	keys          map[uint64]int32  // by address key or name key: a person not yet merged
	organizations map[uint64]int32
	parent        []int32 // union-find over persons
}

func newIdentities(owner Owner) *identities {
	owner.Account = lettersAndDigits(strings.ToLower(owner.Account))
	return &identities{
		owner:         owner,
		seed:          maphash.MakeSeed(),
		written:       map[uint64]author{},
		keys:          map[uint64]int32{},
		organizations: map[uint64]int32{},
	}
}

// of returns the author with this name and address. The person's number holds
// until the end of reading; root gives the final one.
func (ids *identities) of(name, address string) author {
	written := ids.hash("written", name, address)
	if a, ok := ids.written[written]; ok {
		return a
	}
	a := author{person: none, organization: none}
	if !isBot(name, address) && !isMachineOf(ids.owner.Account, name) {
		domain := organization(address)
		a = author{person: ids.person(name, address), organization: ids.organization(domain),
			public: institution.IsDomain(domain), ofOwner: ids.owner.has(domain)}
	}
	ids.written[written] = a
	return a
}

func (ids *identities) person(name, address string) int32 {
	var keys []uint64
	if key := addressKey(address); key != "" {
		keys = append(keys, ids.hash("address", key, ""))
	}
	if key := accountKey(address); key != "" {
		keys = append(keys, ids.hash("account", key, ""))
	}
	if key := nameKey(name); key != "" {
		keys = append(keys, ids.hash("name", key, ""))
	}
	if len(keys) == 0 {
		keys = append(keys, ids.hash("pair", strings.ToLower(strings.TrimSpace(name)), strings.ToLower(address)))
	}
	person := int32(none)
	for _, key := range keys {
		known, ok := ids.keys[key]
		switch {
		case ok && person != none:
			ids.parent[ids.root(known)] = ids.root(person)
		case ok:
			person = known
		case person == none:
			person = int32(len(ids.parent))
			ids.parent = append(ids.parent, person)
			ids.keys[key] = person
		default:
			ids.keys[key] = person
		}
	}
	return person
}

// root returns the number of the person that all merged identities share.
func (ids *identities) root(person int32) int32 {
	for ids.parent[person] != person {
		ids.parent[person] = ids.parent[ids.parent[person]]
		person = ids.parent[person]
	}
	return person
}

// joined counts the names and addresses as written that were taken for a person
// with another one, and the most that were taken for one person.
func (ids *identities) joined() (extra, most int) {
	written := map[int32]int{}
	for _, a := range ids.written {
		if a.person != none {
			written[ids.root(a.person)]++
		}
	}
	for _, n := range written {
		extra, most = extra+n-1, max(most, n)
	}
	return extra, most
}

// organization is the number of an organization by its domain.
func (ids *identities) organization(domain string) int32 {
	if domain == "" {
		return none
	}
	key := ids.hash("organization", domain, "")
	number, ok := ids.organizations[key]
	if !ok {
		number = int32(len(ids.organizations))
		ids.organizations[key] = number
	}
	return number
}

func (ids *identities) hash(kind, a, b string) uint64 {
	var h maphash.Hash
	h.SetSeed(ids.seed)
	for _, part := range [...]string{kind, a, b} {
		h.WriteString(part)
		h.WriteByte(0)
	}
	return h.Sum64()
}

// addressKey normalises an address, or returns "" for one that may be anyone's.
func addressKey(address string) string {
	address = strings.ToLower(strings.TrimSpace(address))
	local, host, ok := strings.Cut(address, "@")
	if !ok {
		return address // conversions from other version control leave the account's name
	}
	if local == "" || placeholderHost(host) || address == "noreply@github.com" {
		return ""
	}
	if strings.HasPrefix(host, noreplyHost) {
		_, login := account(local)
		return login + "@" + host
	}
	return address
}

// noreplyHost begins the hosts of addresses that code hosts give to accounts.
const noreplyHost = "users.noreply."

// accountKey is the number of the account in a noreply address, with its host. It stays
// when the account is renamed. Empty where there is none.
func accountKey(address string) string {
	local, host, _ := strings.Cut(strings.ToLower(strings.TrimSpace(address)), "@")
	number, _ := account(local)
	if number == "" || !strings.HasPrefix(host, noreplyHost) {
		return ""
	}
	return number + "@" + host
}

// account parts the account's number that code hosts put before the login from it:
// "1234+login" (GitHub), "1234-login" (GitLab). The number is empty where there is none.
func account(local string) (number, login string) {
	rest := strings.TrimLeft(local, "0123456789")
	if rest != local && len(rest) > 1 && (rest[0] == '+' || rest[0] == '-') {
		return local[:len(local)-len(rest)], rest[1:]
	}
	return "", local
}

// placeholderHost reports hosts that examples and unset configurations use.
func placeholderHost(host string) bool {
	switch strings.TrimPrefix(host, "www.") {
	case "", "localhost", "localhost.localdomain", "local", "none", "(none)", ".(none)",
		"example.com", "example.org", "example.net", "domain.com", "yourdomain.com", "company.com", "test.com":
		return true
	}
	return false
}

// placeholderNames are names of two words that nobody bears, sorted as nameKey
// sorts words.
var placeholderNames = set("name your", "full name your", "first last", "name no", "author no", "author unknown",
	"unknown user", "user windows", "test user", "committed not yet", "git user", "developer web")

// nameKey normalises a name of two or more words, or returns "".
func nameKey(name string) string {
	if plain := strings.ToLower(name); !isASCII(plain) {
		name = strings.ToLower(stripMarks(norm.NFKD.String(name)))
	} else {
		name = plain
	}
	words := strings.FieldsFunc(name, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) && r != '\'' && r != '’'
	})
	long := 0
	for _, word := range words {
		if len([]rune(word)) > 1 {
			long++
		}
	}
	if long < 2 || strings.Contains(name, "@") {
		return ""
	}
	slices.Sort(words)
	key := strings.Join(words, " ")
	if placeholderNames[key] {
		return ""
	}
	return key
}

func isASCII(text string) bool {
	for i := range len(text) {
		if text[i] >= 0x80 {
			return false
		}
	}
	return true
}

// stripMarks removes accents that decomposition set apart from Latin, Greek and
// Cyrillic letters; marks of other scripts are vowels and stay.
func stripMarks(text string) string {
	return strings.Map(func(r rune) rune {
		if r >= 0x0300 && r <= 0x036F {
			return -1
		}
		return r
	}, text)
}
