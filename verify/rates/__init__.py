"""Claims with an unnamed constant, tested as rates: does the constant that each run implies drift with a size?"""
