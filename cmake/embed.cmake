# embed_files(OUTPUT_C SYMBOL files...): writes a C file that defines
#	const struct embedded_file SYMBOL[] = { { "base name", text, length }, ..., { 0 } };
# (struct embedded_file is in analyzer/base/embedded.h; the text ends in a NUL that length does not count).
function(embed_files output symbol)
	list(JOIN ARGN "|" joined)
	add_custom_command(OUTPUT ${output}
		COMMAND ${CMAKE_COMMAND} "-DOUTPUT=${output}" "-DSYMBOL=${symbol}" "-DFILES=${joined}"
			-P ${CMAKE_SOURCE_DIR}/cmake/embed_script.cmake
		DEPENDS ${ARGN} ${CMAKE_SOURCE_DIR}/cmake/embed_script.cmake
		VERBATIM)
endfunction()
