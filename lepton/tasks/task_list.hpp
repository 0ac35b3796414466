// The tasks, each declared in a file of its own.
#pragma once

#include "lepton/tasks/task.hpp"

namespace lepton::tasks {

TaskDef image_classification_task();
TaskDef tabular_classification_task();
TaskDef tabular_regression_task();

}  // namespace lepton::tasks
