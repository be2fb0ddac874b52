/* print_moves.h - answers of admin_moves.h. */
#ifndef CHIBO_PRINT_MOVES_H
#define CHIBO_PRINT_MOVES_H

#include "print.h"

/* {"v":1,"member","name","from","to"|null,"letter","left","due"|null,"received"|null,"overdue":bool} */
print_rows print_transit;
/* {"v":1,"decision","date"|null,"what","from","to","person","time","waiting":[{"device","person","contact"}]} */
print_rows print_decisions;

#endif
