# check.mk - dependencies, tests, campaigns, installation.
.PHONY: check
check: $(patsubst %.c,$(BUILD)/%,$(TESTS))
	@for t in $^; do $$t || exit 1; done

# It reads the catalogue of this build.
$(BUILD)/tests/t_language: | $(MO)
