# bash completion for apitrail
#
# The program itself knows its commands, options, organizations and key ids:
# `apitrail --complete WORD...` prints what could stand in the last word's
# place, a line each, perhaps with a tab and what it is.

_apitrail()
{
	local candidate cursor=${COMP_WORDS[COMP_CWORD]} line

	COMPREPLY=()
	# Of a word that "=" divides, bash wants what stands behind it.
	if [[ $cursor == '=' ]]; then
		cursor=
	fi
	while IFS= read -r line; do
		candidate=${line%%$'\t'*}
		if [[ $candidate == :files ]]; then
			compopt -o filenames 2>/dev/null
			while IFS= read -r line; do
				COMPREPLY+=("$line")
			done < <(compgen -f -- "$cursor")
		else
			COMPREPLY+=("$candidate")
		fi
	done < <("${COMP_WORDS[0]}" --complete \
	    "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}

complete -F _apitrail apitrail
