package licenseterms

import (
	"strings"

	"github.com/midspan/midspan/internal/lazy"
)

// othersHeading begins a part of a file on the work of others, which has licences of its own.
var othersHeading = lazy.Pattern(`^(?:the )?(?:[\w ]{0,30}\b)?(?:third[- ]part(?:y|ies)|3rd[- ]party|bundled|vendored|external(?:ly maintained)?|included|embedded|dependenc(?:y|ies)|acknowledge?ments?|credits|attributions?)\b[\w ,/&-]{0,60}:?$|` +
	`\b(?:third[- ]party|3rd[- ]party|externally maintained|externally-maintained|vendored|bundled|external) (?:software|components?|libraries|librar(?:y|ies)|code|licen[cs]es?|notices?|content|materials?|works?|packages?|dependencies|modules|files|source)\b|` +
	`^(?:the following|this (?:software|product|project|repository|program|package|distribution)(?: also)?) .{0,80}\b(?:(?:bundles?|includes?|contains?|incorporates?|uses?|embeds?|derived from|based on)\b)|` +
	`^(?:(?:some|parts?|portions?|files?|code|the (?:files?|code|source|following)) .{0,60}\b(?:taken|derived|copied|adapted|borrowed|originat\w+|ported|based|come)\b)`)

// usual are sentences that stand beside a licence and change nothing of it for the whole of
// the repository.
var usual = lazy.Pattern(strings.Join([]string{
	// that name the licence, or where it stands
	`^\W*(?:unless (?:otherwise|stated|noted|specified|indicated|explicitly)[^,]{0,60}, )?(?:except (?:where|as) (?:otherwise )?(?:noted|stated|indicated)[^,]{0,40}, )?(?:this|the|all|these|our|any|each|every|it|its|source|code|\w+(?: \w+)?)\b.{0,120}\b(?:is|are|be|was|were)? ?(?:dual[- ])?(?:licensed|released|distributed|available|made available|published|provided|covered|governed|offered|shared)\b.{0,40}\b(?:under|by|with|according to|subject to|in accordance with)\b.{0,160}\b(?:licen[cs]es?|mit|apache|bsd|gpl\w*|l?gpl\S*|agpl\S*|mpl\S*|epl\S*|eupl\S*|isc|cc|cc0|creative commons|public domain|cc[- ]by\S*|odbl|terms)\b`,
	`^\W*(?:dual[- ])?licensed under\b`,
	`\b(?:see|read|consult|refer to|found (?:at|in|on)|find (?:an? |the )|available (?:at|from|in|on|here)|can be found|obtain a copy|you may obtain|visit|go to|check|listed (?:in|at|below)|included (?:in|below|here)|reproduced (?:below|here)|as follows|text (?:is|follows))\b.{0,200}(?:licen[cs]e|copying|notice|authors|contributors|credits|readme|copyright|https?://|www\.|file|folder|director|below|above|full text|full list|more (?:info|details)|history|header)`,
	`^\W*[\w ,/-]{2,60} (?:is|are) under\b.{0,80}\b(?:licen[cs]e|public domain|cc\b|mit\b)|^\W*this is free software\W*$`,
	`\bspdx\b|\blicen[cs]e[sd]?(?: type| name)?\s*[:=]\s*\S+(?: \S+){0,4}$`,
	`^\W*(?:the )?(?:full |complete )?(?:text|terms) of (?:the|this|that|each) (?:[\w.-]+ ){0,5}licen[cs]es? (?:is|are|follows?|can|may)\b`,
	`^\W*(?:the )?(?:following |above |below |mit |apache |bsd |gnu |same |\S+ ){0,5}licen[cs]es? (?:below |above )?(?:applies|apply|appl(?:y|ies) to|covers?|governs?|is applied|follows?|text)\b`,
	`^\W*(?:this|the) (?:licen[cs]e|file|document|notice|section|text)\b.{0,60}\b(?:applies to|covers|contains|lists|describes|is (?:the|a|an)|holds|gives|was (?:last )?(?:updated|modified|generated))\b`,
	`\b(?:licen[cs]es? of (?:their|its) own|(?:their|its|his|her) (?:own|respective|original|individual) (?:\w+ )?licen[cs]es?|respective (?:owners?|holders?|licen[cs]es?|authors?)|(?:separate|different|other) licen[cs]es? (?:for|of|in))\b`,
	// that say whose work it is
	`\b(?:written|created|developed|maintained|authored|made|started|founded|initiated|designed|contributed|funded|supported|sponsored|financed|owned|held|copyrighted|built|produced|coordinated|published) (?:and \w+ )?(?:by|at|for|within|under|in|from|with)\b`,
	`\bcopyrights?\b.{0,120}\b(?:holders?|owners?|belongs?|is held|are held|held by|remains?|retains?|retain|owned|notices?|statements?|assigned|by|of)\b|^\W*(?:portions?|parts?)\b.{0,100}\b(?:copyright|licen[cs]ed?|by)\b`,
	`\b(?:names?|list) of (?:the |all )?(?:authors|contributors|copyright holders|people)\b|\b(?:authors|contributors)\b.{0,60}\b(?:listed|found|named|see)\b`,
	`^\W*(?:this|the) (?:software|product|project|program|library|code|work|package|repository) (?:includes|contains|bundles|uses|incorporates|is (?:based on|a fork of|derived from|free software|open source)|was (?:originally|initially)|started)\b`,
	`^\W*[^.]{2,60}(?: (?:is|are|was) (?:an?|the)\b| [-–—]).{0,120}\b(?:application|software|platform|framework|tool|library|system|project|program|package|service|website|app|module|plugin|engine|toolkit|solution|server|client|database|dataset|registry|collection|implementation|initiative)s?\b`,
	`^if not,? (?:please )?(?:see|write|visit|you)\b|\bis part of\b|\bnot listed here\b`,
	// on what others contribute
	`\b(?:by (?:contributing|submitting)|contributions?|pull requests?|contributors?)\b.{0,160}\b(?:licen[cs]ed?|same licen[cs]e|terms|dco|cla|certificate of origin|under)\b`,
	`^\W*(?:the )?(?:lexer|parser|code|files?|source|\S+\.\w{1,4})\b.{0,80}\b(?:borrow(?:s|ed)?|copied|taken|derived|adapted|ported|originat\w+)\b`,
	`\b(?:either|any of|at your option|dual[- ]licensed)\b.{0,100}\b(?:licen[cs]es?|mit|apache|gpl)\b`,
	`^(?:authors?|contributors?)\b.{0,40}\binclude\b`,
	// where to ask
	`^\W*(?:for|if you have|with|in case of) (?:any |all |further |other |more )*(?:questions?|inquir(?:y|ies)|enquir(?:y|ies)|information|feedback)\b.{0,80}\b(?:contact|write|e-?mail|ask|reach|visit|call)\b`,
	// on names
	`\btrade ?marks?\b`,
	// that print or explain the licence in other words
	`\bend of (?:the )?(?:terms and conditions|licen[cs]e|notice|file|document)\b|\bhow to apply\b|\bappendix\b|\btl;?dr\b|\btemplate\b|^\W*(?:to apply|replace|fill in|insert)\b`,
}, "|"))

// harmless are sentences of notices that deny, and take nothing back: warranty, names, and
// how to give the notice of a licence.
var harmless = lazy.Pattern(strings.Join([]string{
	`\bhypothetical commands\b|\bhow to contact you by electronic\b|\bget your employer\b|\bterminal interaction\b|\binteract with users remotely\b|\battach the following notices\b|\bdevelop a new (?:program|library)\b|` +
		`\bcreative commons (?:is not|corporation|may elect|public licenses|gives no)|\bexhibit [ab]\b|\beveryone is permitted to copy and distribute verbatim\b|\brepresenting official policies\b|\balso been called\b`,
	`\bno warrant(?:y|ies)\b|\bwithout (?:any )?warrant(?:y|ies)\b|\bas is\b|\bas-is\b|\bhope that it will be useful\b|\bnot (?:be )?(?:liable|responsible)\b|\bdisclaims?\b`,
	`\byou should have received a copy\b|\bsee the gnu\b|\bfree software foundation\b|\bredistribute it and/?or modify\b|\bopen source initiative\b|\bosi[- ]approved\b`,
	`\bdo(?:es)? not (?:grant|give|include|cover|apply to|affect|constitute|represent)\b.{0,80}\b(?:trade ?marks?|names?|logos?|third[- ]part|externally)`,
	`\b(?:trade ?marks?|logos?)\b.{0,120}\b(?:not (?:granted|covered|licensed|part|included|use)|reserved|owned|of|may not|property)\b`,
	`\bmay not use (?:this|these|the|any|our|\S+) (?:files?|works?|software|project|program|code|library|package|source|product)\b.{0,40}\bexcept in compliance\b`,
	`\bnot (?:under|subject to|covered by|part of|included in|affected by|bound by|externally)\b.{0,60}\b(?:this|the|above|that|same|externally)\b`,
	`\b(?:may|might|can) (?:also )?(?:include|contain|use|bundle|depend on) (?:other|further|additional|some|third[- ]party|\S+[- ]licen[cs]ed)\b.{0,80}\b(?:works?|software|components?|libraries|code|files)\b`,
	`\b(?:use of|refer to) (?:the|this) name\b|\bnot (?:endorsed?|affiliated|sponsored)\b`,
}, "|"))
