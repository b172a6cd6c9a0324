# pseudo.awk - a catalogue in no language: each letter of its English texts becomes one of two columns.
#
# Reads what msgen(1) makes.  Conversions (%1$s), escapes and the header stay as they are.
BEGIN {
	wide = "ＡＢＣＤＥＦＧＨＩＪＫＬＭＮＯＰＱＲＳＴＵＶＷＸＹＺａｂｃｄｅｆｇｈｉｊｋｌｍｎｏｐｑｒｓｔｕｖｗｘｙｚ"
	thin = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	size = length(wide) / length(thin) # awk may count characters or bytes
	for (i = 1; i <= length(thin); i++)
		widen[substr(thin, i, 1)] = substr(wide, (i - 1) * size + 1, size)
}
function pseudo(text,   out, c) {
	while (text != "") {
		if (match(text, /^%([0-9]+\$)?[-+ #0]*[0-9.*]*(hh|h|ll|l|z|j|t)?[a-zA-Z%]/) || match(text, /^\\./)) {
			out = out substr(text, 1, RLENGTH)
			text = substr(text, RLENGTH + 1)
			continue
		}
		c = substr(text, 1, 1)
		out = out (c in widen ? widen[c] : c)
		text = substr(text, 2)
	}
	return out
}
/^msgid ""$/ && !entries++ { header = 1 }
/^$/ { header = 0 }
/^msgstr/ { translated = 1 }
/^(msgid|#|$)/ { translated = 0 }
translated && !header && match($0, /"/) {
	print substr($0, 1, RSTART) pseudo(substr($0, RSTART + 1, length($0) - RSTART - 1)) "\""
	next
}
{ print }
