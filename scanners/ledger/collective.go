package ledger

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/midspan/midspan/internal/lazy"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/service"
)

// accountsAtOnce is how many accounts one request asks about. Without a token ten requests
// a minute are answered.
const accountsAtOnce = 20

// collectiveFields are asked of each account. totalAmountReceived counts transactions of the
// kinds that are given, in the account's own currency; the money of projects below a
// collective is not its own (https://docs.opencollective.com/help/developers/api).
const collectiveFields = `fragment f on Account {
  type
  ... on AccountWithParent { parent { slug } }
  stats {
    totalAmountReceived(kind: [CONTRIBUTION, ADDED_FUNDS], dateFrom: $from) { valueInCents currency }
    contributionsCount(dateFrom: $from)
  }
}`

// accountAnswer is an account, as Open Collective writes it.
type accountAnswer struct {
	Type   *string `json:"type"`
	Parent *struct {
		Slug string `json:"slug"`
	} `json:"parent"`
	Stats *struct {
		Received *struct {
			Cents    *float64 `json:"valueInCents"`
			Currency string   `json:"currency"`
		} `json:"totalAmountReceived"`
		Contributions *int `json:"contributionsCount"`
	} `json:"stats"`
}

type graphQLAnswer struct {
	Data   map[string]*accountAnswer `json:"data"`
	Errors []struct {
		Message string `json:"message"`
		Path    []any  `json:"path"`
	} `json:"errors"`
}

// askCollectives asks about accounts by their names. The error means that ctx ended.
func (s *Source) askCollectives(ctx context.Context, platform *service.Service, names []string) (map[string]collective, error) {
	all := map[string]collective{}
	err := service.AskAll(ctx, platform, names, accountsAtOnce, func(some []string) error {
		answers, err := s.askSome(ctx, platform, some)
		maps.Copy(all, answers)
		return err
	}, func(some []string, why observation.Note) {
		for _, name := range some {
			if _, there := all[name]; !there {
				all[name] = collective{Name: name, Failure: &why}
			}
		}
	})
	return all, err
}

// askSome asks about accounts in one request.
func (s *Source) askSome(ctx context.Context, platform *service.Service, names []string) (map[string]collective, error) {
	asked := platform.Now()
	variables := map[string]any{"from": asked.AddDate(-1, 0, 0).UTC().Format(time.RFC3339)}
	var query strings.Builder
	query.WriteString("query ($from: DateTime")
	for i, name := range names {
		variables[fmt.Sprint("n", i)] = name
		fmt.Fprintf(&query, ", $n%d: String", i)
	}
	query.WriteString(") {\n")
	for i := range names {
		fmt.Fprintf(&query, "  a%d: account(slug: $n%d, throwIfMissing: false) { ...f }\n", i, i)
	}
	query.WriteString("}\n" + collectiveFields)
	var got graphQLAnswer
	if err := platform.Post(ctx, s.options.OpenCollective, map[string]any{"query": query.String(), "variables": variables}, &got); err != nil {
		return nil, err
	}
	if got.Data == nil {
		message := "it holds no data"
		if len(got.Errors) > 0 {
			message = observation.OneLine(got.Errors[0].Message)
		}
		return nil, &service.ShapeError{Err: errors.New(message)}
	}
	all := map[string]collective{}
	for i, name := range names {
		alias := fmt.Sprint("a", i)
		account, answered := got.Data[alias]
		c := collective{Name: name, Asked: asked}
		if failed := got.errorOf(alias); failed != "" && account == nil {
			c.Failure = &observation.Note{Cause: observation.CauseUnreachable, Message: "opencollective.com: " + failed}
		} else if !answered {
			c.Failure = &observation.Note{Cause: observation.CauseBroken, Message: "opencollective.com: the answer says nothing of the collective"}
		} else if account != nil {
			c.take(account)
		}
		all[name] = c
	}
	return all, nil
}

// errorOf is the error of what was asked under an alias.
func (g graphQLAnswer) errorOf(alias string) string {
	for _, e := range g.Errors {
		if len(e.Path) > 0 && e.Path[0] == alias {
			return observation.OneLine(e.Message)
		}
	}
	return ""
}

// ownMoney are the kinds of accounts whose money is for what they name. That of an
// organization is for all that it does.
var ownMoney = []string{"COLLECTIVE", "PROJECT", "EVENT", "FUND"}

// otherKinds are the kinds of accounts that are no person's and no collective's.
var otherKinds = []string{"ORGANIZATION", "VENDOR"}

var (
	currency    = lazy.Pattern(`^[A-Z]{3}$`)
	accountName = lazy.Pattern(`^[A-Za-z0-9_-]{1,100}$`)
)

// take reads an account. Of one that is a person's nothing is kept.
func (c *collective) take(account *accountAnswer) {
	switch {
	case account.Type == nil:
		c.Failure = &observation.Note{Cause: observation.CauseBroken, Message: "opencollective.com: the answer does not say what kind of account it is"}
		return
	case slices.Contains(otherKinds, *account.Type):
		c.Kind = *account.Type
		return
	case !slices.Contains(ownMoney, *account.Type):
		c.Name, c.Kind = "", "INDIVIDUAL"
		return
	}
	c.Kind = *account.Type
	if account.Parent != nil && accountName().MatchString(account.Parent.Slug) {
		c.Parent = account.Parent.Slug
	}
	if account.Stats == nil {
		return
	}
	if n := account.Stats.Contributions; n != nil && *n >= 0 {
		c.Contributions = n
	}
	if got := account.Stats.Received; got != nil && got.Cents != nil && *got.Cents >= 0 && currency().MatchString(got.Currency) {
		c.Received = &amount{*got.Cents / 100, got.Currency}
	}
}
