# Aliases; ./run does the work and needs no make.
.PHONY: demo test lint sandbox bench lock
demo test lint sandbox bench lock:
	./run $@
