from verify.language.relations import *
