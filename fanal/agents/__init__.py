"""Who works here: agents, teams, skills, presence, rights; and the questions that their pages ask again and again."""
