package wording

import (
	"github.com/midspan/midspan/internal/language"
	"github.com/midspan/midspan/internal/licenselist"
)

// Licenses says where the lists of the OSI and of the DPG Standard have licences found:
// SPDX ids, or expressions with AND.
func Licenses(found []string) language.Message {
	kinds := map[licenselist.Kind]bool{}
	var added, none []any
	for _, id := range found {
		standing := licenselist.Of(id)
		for _, kind := range standing.Kinds {
			kinds[kind] = true
		}
		switch {
		case standing.Added:
			added = append(added, id)
		case len(standing.Kinds) > 0:
		case standing.Refused == "":
			none = append(none, id)
		default:
			none = append(none, language.M("{licence} ({why})", "licence", id, "why", refusals[standing.Refused]))
		}
	}
	var says []any
	if kinds[licenselist.Software] {
		says = append(says, language.M("approved by the OSI"))
	}
	switch {
	case kinds[licenselist.Content] && kinds[licenselist.Data]:
		says = append(says, language.M("accepted by the DPG Standard for content and data"))
	case kinds[licenselist.Content]:
		says = append(says, language.M("accepted by the DPG Standard for content"))
	case kinds[licenselist.Data]:
		says = append(says, language.M("accepted by the DPG Standard for data"))
	}
	if len(added) > 0 {
		says = append(says, language.M("terms are added, and nobody has judged them"))
	}
	if len(none) > 0 {
		says = append(says, language.M("on no list: {licences}", "licences", language.List(none...)))
	}
	return language.M("{list}", "list", language.List(says...))
}

var refusals = map[licenselist.Refusal]language.Message{
	licenselist.NonCommercial:  language.M("no commercial use"),
	licenselist.NoDerivatives:  language.M("no derivatives"),
	licenselist.NeitherOfThem:  language.M("no commercial use and no derivatives"),
	licenselist.OtherCondition: language.M("it restricts its use"),
}
