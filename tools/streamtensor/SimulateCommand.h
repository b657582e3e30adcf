//===- SimulateCommand.h - Options of `streamtensor simulate` -----------------------------------------------===//

#ifndef ST_TOOLS_STREAMTENSOR_SIMULATECOMMAND_H
#define ST_TOOLS_STREAMTENSOR_SIMULATECOMMAND_H

#include "Driver/Simulate.h"
#include "llvm/Support/CommandLine.h"

namespace st {

/// Functions, since options of other files are made before or after these.
llvm::cl::OptionCategory &optionCategory();
llvm::cl::SubCommand &simulateCommand();

/// What the command line says about a simulation; how to compile a model is the caller's to fill in.
llvm::Expected<SimulateOptions> readSimulateOptions();

/// The examples that end the command's help.
extern const char *const simulateExamples;

} // namespace st

#endif // ST_TOOLS_STREAMTENSOR_SIMULATECOMMAND_H
