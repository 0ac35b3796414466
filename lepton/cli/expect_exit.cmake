# Runs PROGRAM with ARGUMENTS and fails unless it ends with EXPECTED and prints exactly one line of error.
execute_process(COMMAND ${PROGRAM} ${ARGUMENTS} RESULT_VARIABLE status ERROR_VARIABLE text OUTPUT_QUIET)
string(REGEX MATCHALL "\n" lines "${text}")
list(LENGTH lines count)
if(NOT status EQUAL EXPECTED OR NOT count EQUAL 1)
  message(FATAL_ERROR "expected exit code ${EXPECTED} and one line, got ${status} and: ${text}")
endif()
